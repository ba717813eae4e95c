import { benchHttp } from "./http";
import { line } from "./measure";

for (const f of await benchHttp())
  console.log(line(f), f.operationMicros.toFixed(0), f.baselineMicros.toFixed(0));
process.exit(0);
