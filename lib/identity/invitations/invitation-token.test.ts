import { expect, test } from "vitest";
import {
  isInvitationSecret,
  newInvitationToken,
  readInvitationToken,
} from "@/lib/identity/invitations/invitation-token";

const cx = { sessionSecret: new Uint8Array(32).fill(3) };
const binding = {
  id: "01a00000-0000-7000-8000-000000000001",
  userId: "01a00000-0000-7000-8000-000000000002",
  expiresAt: new Date("2026-11-28T00:00:00Z"),
};

function made() {
  const { token, hash } = newInvitationToken(cx, binding);
  const secret = readInvitationToken(token)?.secret ?? "";
  return { token, hash, secret };
}

test("a link's token opens only its own row, and each token is different", () => {
  const { token, hash, secret } = made();
  expect(readInvitationToken(token)).toEqual({ id: binding.id, secret });
  expect(isInvitationSecret(cx, { ...binding, hash }, secret)).toBe(true);
  expect(made().token).not.toBe(token);
});

test.each([
  ["another row", { id: "01a00000-0000-7000-8000-000000000009" }],
  ["another person", { userId: "01a00000-0000-7000-8000-000000000009" }],
  ["a later end", { expiresAt: new Date("2027-11-28T00:00:00Z") }],
])("no token opens a row that was changed to %s in the database", (_what, change) => {
  const { hash, secret } = made();
  expect(isInvitationSecret(cx, { ...binding, ...change, hash }, secret)).toBe(false);
});

test("no token opens a hash made without the instance's secret", () => {
  const foreign = newInvitationToken({ sessionSecret: new Uint8Array(32).fill(4) }, binding);
  const secret = readInvitationToken(foreign.token)?.secret ?? "";
  expect(isInvitationSecret(cx, { ...binding, hash: foreign.hash }, secret)).toBe(false);
  expect(isInvitationSecret(cx, { ...binding, hash: new Uint8Array(0) }, secret)).toBe(false);
});

test("a secret with any changed character does not open the row", () => {
  const { hash, secret } = made();
  for (let at = 0; at < secret.length - 1; at += 1) {
    const sign = secret[at] === "A" ? "B" : "A";
    const changed = `${secret.slice(0, at)}${sign}${secret.slice(at + 1)}`;
    expect(isInvitationSecret(cx, { ...binding, hash }, changed)).toBe(false);
  }
});

test.each([
  "",
  "x",
  binding.id,
  `${binding.id}.`,
  `${binding.id}.${"a".repeat(42)}`,
  `${binding.id}.${"a".repeat(44)}`,
  `${binding.id.toUpperCase()}.${"a".repeat(43)}`,
  `${binding.id}.${"a".repeat(43)}\n`,
])("%j is not a token", (text) => {
  expect(readInvitationToken(text)).toBeUndefined();
});
