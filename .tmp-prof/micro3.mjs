import * as c from "node:crypto";
const b=c.generateKeyPairSync("x25519");
const x=b.publicKey.export({format:"jwk"}).x;
const jwk={kty:"OKP",crv:"X25519",x};
const pem=b.publicKey.export({format:"pem",type:"spki"});
const der=b.publicKey.export({format:"der",type:"spki"});
const W={
 importJwk:()=>c.createPublicKey({key:jwk,format:"jwk"}),
 importPem:()=>c.createPublicKey(pem),
 importDer:()=>c.createPublicKey({key:der,format:"der",type:"spki"}),
 noStack:()=>{const l=Error.stackTraceLimit;Error.stackTraceLimit=0;try{return c.createPublicKey({key:jwk,format:"jwk"})}finally{Error.stackTraceLimit=l}},
 noStackRaw:()=>{const l=Error.stackTraceLimit;Error.stackTraceLimit=0;try{return c.createPublicKey({key:Buffer.from(x,"base64url"),format:"raw-public",asymmetricKeyType:"x25519"})}finally{Error.stackTraceLimit=l}},
};
for (const [n,f] of Object.entries(W)) { try{ for(let i=0;i<500;i++) f(); const r=[]; for(let k=0;k<9;k++){const s=process.cpuUsage();for(let i=0;i<1000;i++) f();const e=process.cpuUsage(s);r.push((e.user+e.system)/1000)} r.sort((x,y)=>x-y); console.log(process.version,n.padEnd(14),r[4].toFixed(2),"min",r[0].toFixed(2)); }catch(e){console.log(n,e.message.slice(0,150))} }
