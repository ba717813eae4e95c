import * as c from "node:crypto";
const key=c.randomBytes(32), iv=c.randomBytes(12), IV8=Buffer.alloc(8,0xa6);
function q(f){const l=Error.stackTraceLimit;Error.stackTraceLimit=0;try{return f()}finally{Error.stackTraceLimit=l}}
const w=(()=>{const k=c.createCipheriv("id-aes256-wrap",key,IV8);return k.update(key)})();
const a=c.generateKeyPairSync("x25519"), b=c.generateKeyPairSync("x25519");
const W={
 gcmBytes:()=>c.createDecipheriv("aes-256-gcm",key,iv,{authTagLength:16}),
 gcmQ:()=>q(()=>c.createDecipheriv("aes-256-gcm",key,iv,{authTagLength:16})),
 gcmKO:()=>c.createDecipheriv("aes-256-gcm",c.createSecretKey(key),iv,{authTagLength:16}),
 hmac:()=>c.createHmac("sha256",key).update(iv).digest(),
 hmacQ:()=>q(()=>c.createHmac("sha256",key)).update(iv).digest(),
 hmacKO:()=>c.createHmac("sha256",c.createSecretKey(key)).update(iv).digest(),
 unwrap:()=>{const d=c.createDecipheriv("id-aes256-wrap",key,IV8);const x=d.update(w);d.final();return x},
 unwrapQ:()=>{const d=q(()=>c.createDecipheriv("id-aes256-wrap",key,IV8));const x=d.update(w);d.final();return x},
 unwrapNoFinal:()=>{const d=q(()=>c.createDecipheriv("id-aes256-wrap",key,IV8));const x=d.update(w);return x},
 unwrapCreate:()=>{const d=q(()=>c.createDecipheriv("id-aes256-wrap",key,IV8));},
 wrap:()=>{const d=q(()=>c.createCipheriv("id-aes256-wrap",key,IV8));return d.update(key)},
 dh:()=>c.diffieHellman({privateKey:a.privateKey,publicKey:b.publicKey}),
 gen:()=>c.generateKeyPairSync("x25519",{publicKeyEncoding:{format:"jwk"}}),
 genQ:()=>q(()=>c.generateKeyPairSync("x25519",{publicKeyEncoding:{format:"jwk"}})),
};
for (const [n,f] of Object.entries(W)) { try{ for(let i=0;i<500;i++) f(); const r=[]; for(let k=0;k<9;k++){const s=process.cpuUsage();for(let i=0;i<1000;i++) f();const e=process.cpuUsage(s);r.push((e.user+e.system)/1000)} r.sort((x,y)=>x-y); console.log(process.version,n.padEnd(14),r[4].toFixed(2),"min",r[0].toFixed(2)); }catch(e){console.log(n,e.message.slice(0,150))} }
