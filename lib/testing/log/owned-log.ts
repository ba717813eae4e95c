import "server-only";
import { Client } from "pg";
import { Policy } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import type { Report } from "@/lib/audit/bundle-verifier/report/report";
import { verifyBundle } from "@/lib/audit/bundle-verifier/verify-bundle";
import { exportLog } from "@/lib/audit/export/export-log";
import { ExportQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";

/** A log whose database the test owns as well, and an auditor who reads it: for what an owner does and a reader sees. */
export interface OwnedLog extends LogBench {
  /** A connection of the database's superuser. */
  readonly admin: Client;
  readonly auditor: Context;
  /** Returns an export as it leaves the portal, by default the auditor's. */
  exported(query: Record<string, string>, cx?: Context): Promise<Uint8Array<ArrayBuffer>>;
  /** Returns the report of a verifier who trusts this log, about a bundle. */
  reported(query?: Record<string, string>, cx?: Context): Promise<Report>;
  /** Returns the same in short: the verdict, and each class of findings once. */
  verdict(query?: Record<string, string>, cx?: Context): Promise<Verdict>;
}

interface Verdict {
  readonly verdict: Report["verdict"];
  readonly classes: readonly string[];
}

/** Opens the log; call `close` when the test is over. Options are those of `createLogBench`. */
export async function createOwnedLog(options: { readonly floorDays?: number } = {}): Promise<OwnedLog> {
  const bench = await createLogBench(options);
  const auditor = await bench.person({ role: "auditor" });
  const admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  const exported: OwnedLog["exported"] = async (query, cx = auditor) => {
    const { response } = await exportLog(cx, ExportQuery.parse(query));
    return new Uint8Array(await response.arrayBuffer());
  };
  const reported: OwnedLog["reported"] = async (query = {}, cx = auditor) =>
    verifyBundle(await exported({ format: "bundle", ...query }, cx), { policy: Policy.parse(bench.policy) });
  const verdict: OwnedLog["verdict"] = async (query, cx) => {
    const report = await reported(query, cx);
    return { verdict: report.verdict, classes: [...new Set(report.findings.map((one) => one.class))] };
  };
  const close = async (): Promise<void> => {
    await admin.end();
    await bench.close();
  };
  return { ...bench, admin, auditor, exported, reported, verdict, close };
}
