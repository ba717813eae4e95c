import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { curlOf } from "@/lib/api-client/openapi/curl";

/** Returns the words that a POSIX shell makes of the command, with `curl` a function that prints them. */
function wordsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; KEY=k; ${command}`;
  return execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

describe("the command that does what the page does", () => {
  it("passes a body unchanged, quotes and all, and the shell runs none of it", () => {
    const body = JSON.stringify({ reason: "it's $(touch /tmp/x) '; echo 'no` \\ \"yes\"" });
    const call = { method: "POST", path: "/confidential/transactions", body };
    expect(wordsOf(curlOf(call, "http://localhost:3000"))).toEqual([
      "-sS",
      "-X",
      "POST",
      "-H",
      "Authorization: Bearer k",
      "-H",
      "Content-Type: application/json",
      "-d",
      body,
      "http://localhost:3000/confidential/transactions",
    ]);
  });

  it("keeps an address with a quote in it one word", () => {
    const words = wordsOf(curlOf({ method: "GET", path: "/confidential/x?q='a b'" }, "https://portal"));
    expect(words.at(-1)).toBe("https://portal/confidential/x?q='a b'");
  });
});
