import fs from "node:fs";
const f=process.argv[2]; const p=JSON.parse(fs.readFileSync(f));
const self=new Map(); const dt=p.timeDeltas; const byId=new Map(p.nodes.map(n=>[n.id,n]));
let total=0;
p.samples.forEach((id,i)=>{const n=byId.get(id).callFrame; const k=n.functionName+" "+n.url.split("/").slice(-2).join("/")+":"+n.lineNumber; self.set(k,(self.get(k)??0)+dt[i]); total+=dt[i];});
[...self].sort((a,b)=>b[1]-a[1]).slice(0,45).forEach(([k,v])=>console.log((v/total*100).toFixed(1).padStart(5),k));
