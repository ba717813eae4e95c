import * as c from "node:crypto";
const a=c.generateKeyPairSync("x25519"), b=c.generateKeyPairSync("x25519");
const jwk={kty:"OKP",crv:"X25519",x:b.publicKey.export({format:"jwk"}).x};
const jwkd={kty:"OKP",crv:"X25519",x:jwk.x,d:b.privateKey.export({format:"jwk"}).d};
const raw=Buffer.from(jwk.x,"base64url");
const der=b.publicKey.export({format:"der",type:"spki"});
const key=c.randomBytes(32), iv=c.randomBytes(12), pt=c.randomBytes(1000), IV8=Buffer.alloc(8,0xa6);
const enc=(()=>{const k=c.createCipheriv("aes-256-gcm",key,iv,{authTagLength:16});const x=k.update(pt);k.final();return [x,k.getAuthTag()]})();
const w=(()=>{const k=c.createCipheriv("id-aes256-wrap",key,IV8);return k.update(key)})();
const secretKey=c.createSecretKey(key);
const W={
 importJwk:()=>c.createPublicKey({key:jwk,format:"jwk"}),
 importDer:()=>c.createPublicKey({key:der,format:"der",type:"spki"}),
 dh:()=>c.diffieHellman({privateKey:a.privateKey,publicKey:b.publicKey}),
 genJwk:()=>c.generateKeyPairSync("x25519",{publicKeyEncoding:{format:"jwk"}}),
 genObj:()=>c.generateKeyPairSync("x25519"),
 importPrivJwk:()=>c.createPrivateKey({key:jwkd,format:"jwk"}),
 gcmOpenNoAuth:()=>{const d=c.createDecipheriv("aes-256-gcm",key,iv,{authTagLength:16});d.setAuthTag(enc[1]);const x=d.update(enc[0]);d.final();return x},
 gcmSeal:()=>{const d=c.createCipheriv("aes-256-gcm",key,iv,{authTagLength:16});const x=d.update(pt);d.final();return d.getAuthTag()},
 gcmCreate:()=>c.createDecipheriv("aes-256-gcm",key,iv,{authTagLength:16}),
 gcmCreateKO:()=>c.createDecipheriv("aes-256-gcm",secretKey,iv,{authTagLength:16}),
 ecbCreate:()=>c.createCipheriv("aes-256-ecb",key,null),
 wrapCreate:()=>c.createCipheriv("id-aes256-wrap",key,IV8),
 unwrap:()=>{const d=c.createDecipheriv("id-aes256-wrap",key,IV8);const x=d.update(w);d.final();return x},
 hmac:()=>c.createHmac("sha256",key).update(iv).digest(),
 hash1:()=>c.hash("sha256",pt,"buffer"),
 hashShort:()=>c.hash("sha256",key,"buffer"),
 hashHex:()=>c.hash("sha256","abc","hex"),
 createHash:()=>c.createHash("sha256").update(key).digest(),
};
const only=process.argv[2]?.split(",");
for (const [n,f] of Object.entries(W)) { if(only&&!only.includes(n)) continue; try{ for(let i=0;i<500;i++) f(); const r=[]; for(let k=0;k<9;k++){const s=process.cpuUsage();for(let i=0;i<1000;i++) f();const e=process.cpuUsage(s);r.push((e.user+e.system)/1000)} r.sort((x,y)=>x-y); console.log(process.version,n.padEnd(14),r[4].toFixed(2),"min",r[0].toFixed(2)); }catch(e){console.log(n,e.message)} }
