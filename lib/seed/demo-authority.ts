import "server-only";
import { confirmAuthority } from "@/lib/authorities/registry/confirm-authority";
import { registerAuthority } from "@/lib/authorities/registry/register-authority";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { byHandle, type MadePerson } from "@/lib/seed/create-people";
import { contextOf, type SeedRuntime } from "@/lib/seed/demo-context";
import type { DemoAuthority } from "@/lib/seed/demo-file";
import { DEMO_AUTHORITY } from "@/lib/seed/people";

const SEED_BYTES = 32;
const YEAR_MS = 365 * 86_400_000;

const wholeSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** Registers the demonstration authority's key by two persons, as the registry wants it, and gives the key back. */
export async function createAuthority(
  runtime: SeedRuntime,
  people: readonly MadePerson[],
): Promise<DemoAuthority> {
  const seed = randomBytes(SEED_BYTES);
  const publicKey = toBase64url(ed25519PublicKey(seed));
  const as = (handle: string) => contextOf(runtime, byHandle(people, handle).principal);
  const now = runtime.clock.nowMs();
  const { id, digest } = await registerAuthority(as("coordinator-001:admin"), {
    kind: "key",
    ...DEMO_AUTHORITY,
    public_key: publicKey,
    valid_from: wholeSeconds(now),
    valid_until: wholeSeconds(now + YEAR_MS),
  });
  await confirmAuthority(as("coordinator-001:admin-2"), id, { digest });
  const jwk = { kty: "OKP", crv: "Ed25519", x: publicKey, d: toBase64url(seed) } as const;
  return { ...DEMO_AUTHORITY, jwk };
}
