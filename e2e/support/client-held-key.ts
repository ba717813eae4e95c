import { expect } from "@playwright/test";
import { createKeyHolder, heldBy, type KeyHolder, proofOf } from "@/lib/testing/devices/key-holder";
import type { Answer, Caller } from "./api";

/** Returns the members of a successful answer. */
export function ok(answer: Answer): Record<string, unknown> {
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.json;
}

/** A key that the owner's own program holds, with its id in this instance. */
export interface ClientHeldKey {
  readonly holder: KeyHolder;
  readonly id: string;
}

/** Registers the owner's key and proves possession of it, and of the former key if there is one. */
export async function hold(who: Caller, participant: string, former?: KeyHolder): Promise<ClientHeldKey> {
  const holder = createKeyHolder();
  const registered = ok(await who.post("/confidential/keys", heldBy(holder, participant)));
  const proof = proofOf(registered as Parameters<typeof proofOf>[0], holder, former);
  const id = String(registered.key_id);
  ok(await who.post(`/confidential/keys/${id}/proof`, proof));
  return { holder, id };
}
