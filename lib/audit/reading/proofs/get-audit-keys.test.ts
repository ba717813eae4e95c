import { expect, test } from "vitest";
import { publishedKeys } from "./get-audit-keys";

const own = (vkey: string) => ({ vkey, kind: "own" as const });

test("keys of replaced witnesses and of closed logs are published after the present ones, each once", () => {
  const receiptSigner = { name: "log.example/receipt", publicKey: new Uint8Array(32).fill(7) };
  const pinned = {
    log: "log-key",
    custodian: "custodian-key",
    witnesses: [own("witness-2")],
    formerWitnesses: [own("witness-1")],
    witnessPolicy: { own: 1, independent: 0 },
  };
  const closedLogs = [
    { origin: "log.example/log1", log: ["old-log-key"], receipts: [], witnesses: [own("witness-1")] },
  ];
  const instance = {
    ...{ log: "log.example/log2", tenantId: "t", tenantPseudonym: "p", evaluation: false },
    ...{ pinned, closedLogs },
  };
  const cx = { instance, audit: { receiptSigner } } as unknown as Parameters<typeof publishedKeys>[0];
  expect(publishedKeys(cx)).toMatchObject({
    log: ["log-key", "old-log-key"],
    witnesses: [own("witness-2"), own("witness-1")],
  });
});
