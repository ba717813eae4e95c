import { produceExport } from "@/lib/audit/export/produce-export";
import { fencedConditions } from "@/lib/audit/reading/fence";
import { readableKinds } from "@/lib/audit/reading/open-parts";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inRawSnapshot } from "@/lib/db/transaction";
import { entriesSelect } from "@/lib/audit/export/entry-store";
import { to as copyTo } from "pg-copy-streams";
import { contextOf, ENTRIES, withSeededLog } from "../bench/audit-log";
import inspector from "node:inspector/promises";
import { writeFileSync } from "node:fs";
const med=(v:number[])=>[...v].sort((a,b)=>a-b)[Math.floor(v.length/2)]!;
await withSeededLog(async (bench) => {
  const auditor = contextOf(bench, "auditor");
  let out=0;
  const exp = (kinds: never[] | ReturnType<typeof readableKinds>, format: "csv"|"ndjson"="csv") => () => inRawSnapshot(auditor, (tx) => produceExport(auditor, tx, { format, csv: { delimiter: ",", bom: false }, conditions: fencedConditions(auditor), kinds, filter: {}, exportEntry: uuidv7(Date.now()), recordedIn: auditor.instance.log } as never, { write: async (b: Buffer) => { out += b.length; } } as never));
  const copy = (kinds: any) => () => inRawSnapshot(auditor, async (tx) => {
      const range = { log: auditor.instance.log, size: ENTRIES, conditions: fencedConditions(auditor), kinds, take: "log", also: [] } as const;
      const { text, values } = entriesSelect(range);
      for (const [at, value] of values.entries()) await tx.query("SELECT set_config($1, $2, true)", [`sealport.bench.v${at + 1}`, value]);
      const select = text.replaceAll(/\$(\d+)/g, "current_setting('sealport.bench.v$1')");
      let bytes = 0; for await (const chunk of tx.query(copyTo(`COPY (${select}) TO STDOUT`))) bytes += chunk.length; return bytes; });
  const works = { none: exp([]), two: exp(readableKinds(auditor)), copyNone: copy([]), copyTwo: copy(readableKinds(auditor)) };
  const res: Record<string,{cpu:number[],ms:number[]}> = {};
  for (const w of Object.values(works)) { await w(); await w(); }
  for (let r=0;r<7;r++) for (const [n,w] of Object.entries(works)) { const c=process.cpuUsage(), t=performance.now(); await w(); const d=process.cpuUsage(c); (res[n]??={cpu:[],ms:[]}).cpu.push((d.user+d.system)/1000); res[n]!.ms.push(performance.now()-t); }
  for (const [n,{cpu,ms}] of Object.entries(res)) console.log(n, "cpu", med(cpu).toFixed(0), "min", Math.min(...cpu).toFixed(0), "ms", med(ms).toFixed(0), "min", Math.min(...ms).toFixed(0));
  out=0; await works.none(); console.log("bytes none", out); out=0; await works.two(); console.log("bytes two", out);
  if (process.argv[2]) { const s=new inspector.Session(); s.connect(); await s.post("Profiler.enable"); await s.post("Profiler.setSamplingInterval",{interval:200}); await s.post("Profiler.start"); for (let i=0;i<10;i++) await (works as any)[process.argv[2]!](); const {profile}=await s.post("Profiler.stop"); writeFileSync(".tmp-prof/csv.cpuprofile", JSON.stringify(profile)); }
});
process.exit(0);
