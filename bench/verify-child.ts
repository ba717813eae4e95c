import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { fileSource } from "../scripts/file-source";

// Makes one verification in a child process, so that its memory can be measured.
const [bundle = ""] = process.argv.slice(2);
const began = process.hrtime.bigint();
const before = process.cpuUsage();
const report = await verifyBundle(fileSource(bundle));
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({
    verdict: report.verdict,
    findings: report.findings.slice(0, 3),
    entries: report.entries,
    wallMicros: Number(process.hrtime.bigint() - began) / 1000,
    cpuMicros: user + system,
    // Kilobytes on Linux.
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
