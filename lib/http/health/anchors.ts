import "server-only";
import { closedLog } from "@/lib/audit/reading/of-log";
import type { Witnessed } from "@/lib/audit/sequencer/witnessing";
import { inSnapshot } from "@/lib/db/transaction";
import { portalEnv } from "@/lib/env";
import { witnessKeys, witnessName, witnessPolicy } from "@/lib/env/anchors";
import { freshPerTenant } from "@/lib/env/served-tenant";
import { getRuntime } from "@/lib/runtime/slot";
import { readStoredAnchors, type StoredAnchors } from "./anchor-store";
import { witnessing } from "./judge-health";

/** Number of witnesses of one kind, and how many of their cosignatures publishing waits for. */
export interface Quorum {
  readonly needed: number;
  readonly of: number;
}

export interface WitnessRule {
  readonly own: Quorum;
  readonly independent: Quorum;
}

/** The configured witnesses of this log, and when each last cosigned. */
export interface Anchors {
  readonly rule: WitnessRule;
  readonly witnesses: readonly {
    readonly name: string;
    readonly kind: "own" | "independent";
    /**
     * The last cosignature: its time and how many entries it covers. Null where none is found or the state is unknown.
     */
    readonly last: { readonly at: string; readonly size: number } | null;
  }[];
  /** Of the newest checkpoint; undefined while the database is away. */
  readonly checkpoint:
    | { readonly witnessed: Witnessed; readonly size: number; readonly at: string }
    | null
    | undefined;
  /** Host of the configured authority; null without one. */
  readonly authority: string | null;
  readonly stamp: { readonly at: string; readonly size: number } | null;
  readonly readAt: string;
}

/** How many cosignatures of each kind publishing waits for, of how many witnesses (k of n). */
export function witnessRule(): WitnessRule {
  const env = portalEnv();
  const keys = witnessKeys(env);
  const policy = witnessPolicy(env);
  const of = (kind: "own" | "independent") => ({
    needed: policy[kind],
    of: keys.filter((one) => one.kind === kind).length,
  });
  return { own: of("own"), independent: of("independent") };
}

/** A closed log no longer states how many cosignatures it needed: one of each kind that watched it is enough. */
export function closedRule(log: string): WitnessRule {
  const watched = closedLog({ closedLogs: portalEnv().CLOSED_LOGS }, log)?.witnesses ?? [];
  const of = (kind: "own" | "independent") => {
    const count = watched.filter((one) => one.kind === kind).length;
    return { needed: Math.min(1, count), of: count };
  };
  return { own: of("own"), independent: of("independent") };
}

function checkpointOf({ newest }: StoredAnchors): Anchors["checkpoint"] {
  if (newest === undefined) return null;
  const { witnessed } = witnessing(newest.witnesses, witnessPolicy(portalEnv()));
  return { witnessed, size: newest.size, at: newest.published_at.toISOString() };
}

function anchorsOf(stored: StoredAnchors | undefined, readAt: Date): Anchors {
  const env = portalEnv();
  return {
    rule: witnessRule(),
    witnesses: witnessKeys(env).map(({ vkey, kind }) => {
      const name = witnessName(vkey);
      const last = stored?.last.find((one) => one.name === name);
      const at = last === undefined ? undefined : new Date(last.timestamp * 1_000).toISOString();
      return { name, kind, last: last === undefined || at === undefined ? null : { at, size: last.size } };
    }),
    checkpoint: stored === undefined ? undefined : checkpointOf(stored),
    authority: env.TSA_URL === undefined ? null : new URL(env.TSA_URL).host,
    stamp:
      stored?.stamp === undefined ? null : { at: stored.stamp.at.toISOString(), size: stored.stamp.size },
    readAt: readAt.toISOString(),
  };
}

async function look(): Promise<Anchors> {
  const runtime = await getRuntime();
  const names = witnessKeys(portalEnv()).map(({ vkey }) => witnessName(vkey));
  try {
    const stored = await inSnapshot(runtime, (tx) => readStoredAnchors(tx, runtime.instance.log, names));
    return anchorsOf(stored, runtime.clock.now());
  } catch (err) {
    runtime.logger.error({ err }, "who vouches for the log could not be read");
    return anchorsOf(undefined, runtime.clock.now());
  }
}

const FRESH_MS = 1_000;

/** Returns who witnesses the log, at most one second old. Anyone may ask, so the answer is cached to limit the load. */
export const readAnchors = freshPerTenant(FRESH_MS, look);
