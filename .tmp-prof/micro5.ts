import { toBase64url, fromBase64url, utf8, isBase64url, fromUtf8, concat } from "@/lib/crypto/bytes";
import { randomBytes, sha256 } from "@/lib/crypto/primitives";
import * as c from "node:crypto";
const b32=randomBytes(32), t43=toBase64url(b32); const t54=toBase64url(randomBytes(40)); const b1k=randomBytes(1024), t1k=toBase64url(b1k);
const enc=new TextEncoder(); const scratch=Buffer.alloc(4096); const URL=/^[A-Za-z0-9_-]*$/;
const kid="client-456#1", apu="cfx1|tx=01a22688-64c3-7fd3-99cb-7171a744c5fe|grp=narrative|ep=1|gen=1";
const ascii = new Uint8Array(b1k.map(()=>97)); const text1k="a".repeat(1024);
const dec=new TextDecoder("utf-8",{fatal:true,ignoreBOM:true});
const W: Record<string,()=>unknown> = {
 enc32js:()=>toBase64url(b32),
 enc32nat:()=>Buffer.from(b32.buffer,b32.byteOffset,32).toString("base64url"),
 enc32scratch:()=>{scratch.set(b32);return scratch.toString("base64url",0,32)},
 enc32slice:()=>{scratch.set(b32);return (scratch as any).base64urlSlice(0,32)},
 dec43js:()=>fromBase64url(t43),
 dec43nat:()=>{const o=new Uint8Array(32);Buffer.from(o.buffer).write(t43,"base64url");return o},
 dec43scratch:()=>{scratch.write(t43,0,"base64url");return scratch.slice(0,32)},
 dec43scratchcopy:()=>{scratch.write(t43,0,"base64url");return new Uint8Array(scratch.subarray(0,32))},
 is43:()=>isBase64url(t43),
 is1k:()=>isBase64url(t1k),
 dec1k:()=>fromBase64url(t1k),
 enc1k:()=>toBase64url(b1k),
 utf8apu:()=>utf8(apu),
 bufapu:()=>Buffer.from(apu),
 u8apu:()=>{const b=Buffer.from(apu);return new Uint8Array(b.buffer,b.byteOffset,b.length)},
 encInto:()=>{const o=new Uint8Array(apu.length*3);const {written}=enc.encodeInto(apu,o);return o.subarray(0,written)},
 utf8_1k:()=>utf8(text1k),
 buf_1k:()=>Buffer.from(text1k),
 apuB64:()=>toBase64url(utf8(apu)),
 apuB64buf:()=>Buffer.from(apu).toString("base64url"),
 kidB64:()=>toBase64url(utf8(kid)),
 kidB64buf:()=>Buffer.from(kid).toString("base64url"),
 fromUtf8:()=>fromUtf8(ascii),
 fromUtf8nat:()=>Buffer.from(ascii.buffer).latin1Slice(0,1024),
 sha1:()=>sha256(b32), sha1k:()=>sha256(t1k),
 concat: ()=>concat(b32,b32,b32,b32),
 zeros:()=>new Uint8Array(64), zeros1k:()=>new Uint8Array(1400),
};
for (const [n,f] of Object.entries(W)) { for(let i=0;i<5000;i++) f(); const r:number[]=[]; for(let k=0;k<9;k++){const s=process.cpuUsage();for(let i=0;i<10000;i++) f();const e=process.cpuUsage(s);r.push((e.user+e.system)/10000)} r.sort((x,y)=>x-y); console.log(n.padEnd(16),r[4]!.toFixed(3),"min",r[0]!.toFixed(3)); }
