/** Colours follow the reader's system. Tables scroll by themselves on a narrow screen. */
export const STYLE = `:root{color-scheme:light dark;--ink:#1d2430;--soft:#5b6675;--page:#f6f7f9;--card:#fff;--line:#dde2e8;--mark:#1f6feb;--bad:#b42318}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b4;--page:#12161c;--card:#1b2129;--line:#2d3641;--mark:#6ea8fe;--bad:#ff8a7a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1rem;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline}
h1{font-size:1.3rem;margin:0}
h2{font-size:1rem;margin:1.5rem 0 .5rem}
nav a{color:var(--mark);margin-right:1rem}
a:focus-visible{outline:2px solid var(--mark);outline-offset:2px}
.state{font-weight:600}
.bad{color:var(--bad)}
.soft{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:.6rem;margin:0}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.55rem .75rem;min-width:0}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0;font-size:1.15rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
svg{display:block;width:100%;height:28px;color:var(--mark)}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .75rem;text-align:right;white-space:nowrap;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:500;font-size:.85rem}
th:first-child,td:first-child,.text{text-align:left}
td.text{max-width:28rem;overflow:hidden;text-overflow:ellipsis}
`;
