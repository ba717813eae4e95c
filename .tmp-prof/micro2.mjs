import * as c from "node:crypto";
const key=c.randomBytes(32), iv=c.randomBytes(12), IV8=Buffer.alloc(8,0xa6);
const hexKey=key.toString("hex");
const ab=key.buffer.slice(key.byteOffset,key.byteOffset+32);
const b=c.generateKeyPairSync("x25519"), a=c.generateKeyPairSync("x25519");
const x=b.publicKey.export({format:"jwk"}).x;
const jwk={kty:"OKP",crv:"X25519",x};
const raw=Buffer.from(x,"base64url");
const ecdh=null;
const sk=c.createSecretKey(key);
const W={
 createSecretKey:()=>c.createSecretKey(key),
 createSecretKeyHex:()=>c.createSecretKey(hexKey,"hex"),
 skThenGcm:()=>c.createDecipheriv("aes-256-gcm",c.createSecretKey(key),iv,{authTagLength:16}),
 gcmBytes:()=>c.createDecipheriv("aes-256-gcm",key,iv,{authTagLength:16}),
 gcmU8:()=>c.createDecipheriv("aes-256-gcm",new Uint8Array(ab),iv,{authTagLength:16}),
 gcmAB:()=>c.createDecipheriv("aes-256-gcm",ab,iv,{authTagLength:16}),
 gcmStr:()=>c.createDecipheriv("aes-256-gcm","12345678901234567890123456789012",iv,{authTagLength:16}),
 hmacBytes:()=>c.createHmac("sha256",key),
 hmacKO:()=>c.createHmac("sha256",sk),
 hkdf:()=>c.hkdfSync("sha256",key,iv,iv,32),
 hkdfKO:()=>c.hkdfSync("sha256",sk,iv,iv,32),
 importJwk:()=>c.createPublicKey({key:jwk,format:"jwk"}),
 importRaw:()=>c.createPublicKey({key:raw,format:"raw-public",asymmetricKeyType:"x25519"}),
 unwrapKO:()=>{c.createDecipheriv("id-aes256-wrap",sk,IV8)},
 pbkdf:()=>c.hash("sha256",key,"buffer"),
};
for (const [n,f] of Object.entries(W)) { try{ for(let i=0;i<500;i++) f(); const r=[]; for(let k=0;k<9;k++){const s=process.cpuUsage();for(let i=0;i<1000;i++) f();const e=process.cpuUsage(s);r.push((e.user+e.system)/1000)} r.sort((x,y)=>x-y); console.log(process.version,n.padEnd(14),r[4].toFixed(2),"min",r[0].toFixed(2)); }catch(e){console.log(n,e.message.slice(0,150))} }
