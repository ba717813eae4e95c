import "server-only";
import { createHash } from "node:crypto";
import type { RatelimitConfig } from "@upstash/ratelimit";
import { z } from "zod";

/** What @upstash/ratelimit calls of its Redis; `eval` too, when a script is not known there yet. */
export type ScriptRunner = RatelimitConfig["redis"] & Pick<import("@upstash/redis").Redis, "eval">;

/** Runs a script by its hash or by its text, with this many keys, then keys and arguments: EVALSHA and EVAL. */
export interface ScriptCommands {
  evalsha(sha1: string, keyCount: number, ...rest: (string | number)[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...rest: (string | number)[]): Promise<unknown>;
}

/** The library's scripts begin with a flag of Upstash's own server, which stock Redis and Valkey refuse. */
const FIRST_LINE = /^#![^\n]*\n/;
const Plain = z.array(z.union([z.string(), z.number()]));
/** A count and its limit. Any other answer is not a count and must not allow a call. */
const Counted = z.tuple([z.int(), z.int()]);

function sha1(text: string): string {
  return createHash("sha1").update(text, "utf8").digest("hex");
}

/** Returns the answer of a counting script. Throws when it has another form: the server is then not our counter. */
function counted<T>(answer: unknown): T {
  // The library names the type that its script gives, and this is the type.
  return Counted.parse(answer) as T;
}

/**
 * The library's Redis over stock Redis or Valkey: the first line of its scripts is left out, so they have other hashes
 * there. A script that was not seen yet is answered NOSCRIPT, upon which the library sends its text.
 */
export function overStockRedis(client: ScriptCommands): Pick<ScriptRunner, "evalsha" | "eval"> {
  const hashes = new Map<string, string>();
  return {
    async evalsha(...[hash, keys, args]) {
      const own = hashes.get(hash);
      if (own === undefined) throw new Error("NOSCRIPT this script was not sent yet");
      return counted(await client.evalsha(own, keys.length, ...keys, ...Plain.parse(args)));
    },
    async eval(...[script, keys, args]) {
      const own = script.replace(FIRST_LINE, "");
      hashes.set(sha1(script), sha1(own));
      return counted(await client.eval(own, keys.length, ...keys, ...Plain.parse(args)));
    },
  };
}

/** The library's Redis over Upstash's own client, with the same distrust of its answers. */
export function overUpstash(client: ScriptRunner): Pick<ScriptRunner, "evalsha" | "eval"> {
  return {
    evalsha: async (...call) => counted(await client.evalsha(...call)),
    eval: async (...call) => counted(await client.eval(...call)),
  };
}
