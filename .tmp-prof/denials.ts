import { recordEvent } from "@/lib/audit/record/record-event";
import { composeEntry } from "@/lib/audit/entry/compose-entry";
import { insertEntries } from "@/lib/audit/record/store";
import { createAuditBench } from "@/lib/testing/benches/audit-bench";
import { startTestServer } from "@/lib/testing/servers/test-server";
import { load } from "../bench/measure";
import { cpuBetween, cpuNow } from "../bench/product/process-cpu";
import { Client } from "pg";
import { uuidv7 } from "@/lib/crypto/uuid";
import { readFileSync } from "node:fs";
import inspector from "node:inspector/promises";
import { writeFileSync } from "node:fs";
const { server, stop } = await startTestServer({ isDurable: false });
const bench = await createAuditBench({ server, writers: 16 });
const admin = new Client({ connectionString: bench.database.adminUrl }); await admin.connect();
await admin.query(`CREATE TABLE bench_audit (id uuid PRIMARY KEY, at text, actor text, action text, outcome text, details jsonb); GRANT SELECT, INSERT ON bench_audit TO sealport_app`);
const pm = (await admin.query("SELECT pg_backend_pid() AS pid")).rows[0].pid;
const postmaster = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pm}/status`,"utf8"))![1]);
const DETAILS = { resource: "transaction", groups: ["amount", "pricing"], note: "x".repeat(120) };
const DENIED = { class: "access", outcome: "denied", action: "transaction.access", subjects: [], purpose: "settlement", details: DETAILS, access: { dataAccessed: [], success: false, error: "access.purpose" } } as never;
const plain = () => bench.cx.db.pool.query({ name: "plain", text: `INSERT INTO bench_audit (id, at, actor, action, outcome, details) VALUES ($1::uuid, $2, $3, $4, $5, $6::jsonb)`, values: [uuidv7(Date.now()), new Date().toISOString(), "u_1", "transaction.access", "denied", JSON.stringify(DETAILS)] });
const works: Record<string, () => Promise<unknown>> = { plain, denial: () => recordEvent(bench.cx, DENIED), compose: () => composeEntry(bench.cx, DENIED) };
for (const w of Object.values(works)) await load(16, 3000, w);
const res: Record<string, {js:number[],pg:number[],rate:number[]}> = {};
for (let r=0;r<5;r++) for (const [n,w] of Object.entries(works)) {
  const N=2000; const own=process.cpuUsage(), b=cpuNow({}, postmaster);
  const l = await load(16, N, w);
  const d=process.cpuUsage(own), c=cpuBetween(b, cpuNow({}, postmaster));
  const x=(res[n]??={js:[],pg:[],rate:[]}); x.js.push((d.user+d.system)/N); x.pg.push(Object.values(c).reduce((a,b)=>a+b,0)*1000/N); x.rate.push(l.perSecond);
}
const med=(v:number[])=>[...v].sort((a,b)=>a-b)[Math.floor(v.length/2)]!;
for (const [n,x] of Object.entries(res)) console.log(n, "js µs", med(x.js).toFixed(0), "pg µs", med(x.pg).toFixed(0), "rate", med(x.rate).toFixed(0));
if (process.argv[2]) { const s=new inspector.Session(); s.connect(); await s.post("Profiler.enable"); await s.post("Profiler.setSamplingInterval",{interval:100}); await s.post("Profiler.start"); await load(16, 8000, works[process.argv[2]]!); const {profile}=await s.post("Profiler.stop"); writeFileSync(".tmp-prof/denial.cpuprofile", JSON.stringify(profile)); }
await admin.query("SET track_functions='all'"); 
await admin.end(); await bench.close(); await stop(); process.exit(0);
