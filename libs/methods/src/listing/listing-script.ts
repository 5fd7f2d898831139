/**
 * What the page of a folder does in a browser with scripts: it filters as one types, and is used by keys. Without a script
 * the same form asks the server.
 *
 *     /  to the filter      Escape  empties it      Arrows  from name to name      Enter  opens, from the filter the first name
 */
export const LISTING_SCRIPT = `(()=>{
const form=document.querySelector('form'),field=form.q,served=field.value.toLowerCase(),note=document.querySelector('output');
const rows=[...document.querySelector('tbody').rows].map(row=>({row,link:row.querySelector('a'),text:row.dataset.up===''?null:row.querySelector('a').textContent.toLowerCase()}));
const links=()=>rows.filter(({row})=>!row.hidden).map(({link})=>link);
let timer=0;
const filter=()=>{
const text=field.value.toLowerCase();
clearTimeout(timer);
if(!text.includes(served)){timer=setTimeout(()=>form.requestSubmit(),300);return}
let count=0;
for(const each of rows){if(each.text===null)continue;each.row.hidden=!each.text.includes(text);if(!each.row.hidden)count++}
note.textContent=text===''?'':count===1?'1 name':count+' names';
};
field.addEventListener('input',filter);
field.addEventListener('keydown',event=>{
if(event.key==='Enter'&&field.value.toLowerCase().includes(served)&&field.value!==''){
const first=rows.find(({row,text})=>text!==null&&!row.hidden);
if(first){event.preventDefault();location.href=first.link.href}
}
});
document.addEventListener('keydown',event=>{
const {key,target}=event;
if(event.ctrlKey||event.altKey||event.metaKey)return;
if(key==='/'&&target!==field){event.preventDefault();field.focus();field.select();return}
if(key==='Escape'&&target===field){event.preventDefault();field.value='';filter();return}
if(key!=='ArrowDown'&&key!=='ArrowUp')return;
const all=links(),at=all.indexOf(document.activeElement),next=key==='ArrowDown'?at+1:at-1;
event.preventDefault();
if(next<0)field.focus();
else if(next<all.length)all[next].focus();
});
if(served!==''){field.focus();field.setSelectionRange(field.value.length,field.value.length)}
filter();
})()`;
