import { getAuditKeys } from "@/lib/api-client/operations/audit";
import { shownJson } from "@/lib/audit/bundle-verifier/report/shown-text";
import type { CommandSpec, Cx, Given, OptionSpec } from "../command";

const SIDE: readonly OptionSpec[] = [
  { name: "policy", kind: "text", value: "FILE", help: "Your own keys and rules." },
  {
    name: "keep",
    kind: "text",
    value: "FILE",
    help: "As --policy, and store the newest checkpoint in it, so that later bundles must continue from it.",
  },
];

async function check(cx: Cx, given: Given, bundle: string, receipts: readonly string[]): Promise<number> {
  // Loaded when it is wanted: verification is the larger half of this program.
  const { verifyFile } = await import("../verify-file");
  return verifyFile(cx, { bundle, receipts, policy: given.text("policy"), keep: given.text("keep") });
}

export const VERIFY_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["verify", "bundle"],
    summary: "Verify a bundle with only the file and your own keys, without a portal.",
    operands: [{ name: "FILE", help: "The bundle." }],
    options: [
      ...SIDE,
      {
        name: "receipt",
        kind: "texts",
        value: "FILE",
        help: "Prove this receipt by it; may be given again.",
      },
    ],
    example: "sealport verify bundle november.zip --policy policy.json",
    note: "Exit status as `npm run verify`: 0 verified under the policy and every receipt proven; 3 consistent, but with the bundle's own keys only, or a receipt is left open; 1 wrong; 2 usage.",
    run: (cx, given) => check(cx, given, given.operand("FILE"), given.texts("receipt")),
  },
  {
    path: ["verify", "receipt"],
    summary:
      "Verify a receipt, or an answer with one in it: its signature, and by a bundle that the log kept it.",
    operands: [{ name: "FILE", help: "The receipt." }],
    options: [
      { name: "bundle", kind: "text", value: "FILE", help: "The bundle that shows whether it was kept." },
      ...SIDE,
    ],
    example: "sealport verify receipt answer.json --bundle november.zip --policy policy.json",
    note: "With a bundle the exit status is as for bundles. Without one only the signature is checked, with the keys of --policy or else those that the portal names: 3 where it is valid, since only a bundle shows that the log kept its promise; 1 where it is not.",
    run: async (cx, given) => {
      const bundle = given.text("bundle");
      const receipt = given.operand("FILE");
      if (bundle !== undefined) return check(cx, given, bundle, [receipt]);
      const { verifyPromise } = await import("../verify-file");
      return verifyPromise(cx, receipt, given.text("policy") ?? given.text("keep"));
    },
  },
  {
    path: ["verify", "evidence"],
    summary: "Verify an evidence file, PDF or JSON, with only the file and your own keys, without a portal.",
    operands: [{ name: "FILE", help: "The evidence." }],
    options: [{ name: "policy", kind: "text", value: "FILE", help: "Your own keys and rules." }],
    example: "sealport verify evidence EV-2026-0012.pdf --policy policy.json",
    note: "Exit status 0: unchanged under the policy; 3: it agrees with the keys in the file only, or the log has only promised an entry; 1: changed, and the first place that differs is named; 2: usage.",
    run: async (cx, given) => {
      const { verifyEvidenceFile } = await import("../verify-file");
      return verifyEvidenceFile(cx, given.operand("FILE"), given.text("policy"));
    },
  },
  {
    path: ["verify", "keys"],
    summary: "The portal's public keys as a policy file, to keep, and to compare by another way.",
    example: "sealport verify keys > policy.json",
    note: "They are the portal's own statement: keep the file, and verify later bundles with it.",
    run: async (cx) => {
      const keys = await cx.connect().call(getAuditKeys, { query: {} });
      await cx.out.text(`${shownJson(keys)}\n`);
      return undefined;
    },
  },
];
