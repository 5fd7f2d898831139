export default {
  title: 'Harbour',
  description: 'A site as VitePress builds it',
  cleanUrls: true,
  themeConfig: {
    nav: [{ text: 'Guide', link: '/guide/start' }],
    sidebar: [{ text: 'Guide', items: [{ text: 'Start', link: '/guide/start' }] }],
  },
};
