import "server-only";
import { scopesFor } from "@/lib/api-client/registry";
import type { Principal } from "@/lib/context/principal";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { InvariantError } from "@/lib/errors";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createParticipant } from "@/lib/identity/people/create-participant";
import { createUser } from "@/lib/identity/people/create-user";
import { registerKey } from "@/lib/keys/register/register-key";
import { contextOf, type SeedRuntime, systemContext } from "@/lib/seed/demo-context";
import type { DemoAccount } from "@/lib/seed/demo-file";
import { ORGANISATIONS } from "@/lib/seed/organisations";
import {
  DEMO_CONTACT,
  DEMO_JURISDICTION,
  DEMO_ZONE,
  type DemoPerson,
  PEOPLE,
  WITH_KEYS,
} from "@/lib/seed/people";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Base32 without padding (RFC 4648 section 6), as authenticator programs take TOTP secrets. */
function toBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((value >> bits) & 31);
    }
  }
  return bits === 0 ? text : text + ALPHABET.charAt((value << (5 - bits)) & 31);
}

const PASSWORD_BYTES = 15;
const TOTP_BYTES = 20;

/** A demonstration person who can sign in and call. */
export interface MadePerson {
  readonly person: DemoPerson;
  readonly principal: Principal;
  readonly account: DemoAccount;
}

async function createOrganisations(runtime: SeedRuntime): Promise<Map<string, string>> {
  const cx = systemContext(runtime);
  const ids = new Map<string, string>();
  for (const { key, name, kind, weeklyHours, emailDomain } of ORGANISATIONS) {
    const { id } = await createOrganisation(cx, {
      name,
      kind,
      zone: DEMO_ZONE,
      homeJurisdictions: [DEMO_JURISDICTION],
      emailDomains: [emailDomain],
      contacts: [DEMO_CONTACT],
      ...(weeklyHours === undefined ? {} : { weeklyHours }),
    });
    ids.set(key, id);
  }
  return ids;
}

function organisationOf(ids: ReadonlyMap<string, string>, person: DemoPerson): string {
  const id = ids.get(person.organisation);
  if (id === undefined) throw new InvariantError(`no demonstration organisation ${person.organisation}`);
  return id;
}

async function createParticipants(
  runtime: SeedRuntime,
  organisations: ReadonlyMap<string, string>,
): Promise<void> {
  const made = new Set<string>();
  for (const person of PEOPLE) {
    if (made.has(person.account)) continue;
    made.add(person.account);
    const organisationId = organisationOf(organisations, person);
    await createParticipant(systemContext(runtime), {
      id: person.account,
      organisationId,
      role: person.role,
      kind: "legal",
    });
  }
}

async function createPerson(
  runtime: SeedRuntime,
  person: DemoPerson,
  organisationId: string,
): Promise<MadePerson> {
  const cx = systemContext(runtime);
  const password = toBase64url(randomBytes(PASSWORD_BYTES));
  const totpSecret = randomBytes(TOTP_BYTES);
  const { handle, name, email, role, duties, account } = person;
  const user = await createUser(cx, {
    handle,
    name,
    email,
    role,
    organisationId,
    participantId: account,
    duties,
    password,
    totp: { secret: totpSecret, seal: (context, secret) => runtime.keystore.sealSecret(context, secret) },
  });
  const scopes = scopesFor(role, duties);
  const key = await createApiKey(cx, { userId: user.id, label: "demonstration", scopes });
  return {
    person,
    principal: {
      userId: user.id,
      handle,
      name,
      pseudonym: user.pseudonym,
      tenantId: runtime.instance.tenantId,
      organisationId,
      participantId: account,
      role,
      duties,
      scopes,
      proof: { kind: "api-key", keyId: key.id, prefix: key.prefix, signed: false },
    },
    account: {
      name: account,
      email,
      password,
      totp_secret: toBase32(totpSecret),
      role,
      duties: [...duties],
      participant_id: account,
      api_key: key.key,
    },
  };
}

/** Makes organisations, participants, people with credentials and API keys, and managed keys. */
export async function createPeople(runtime: SeedRuntime): Promise<MadePerson[]> {
  const organisations = await createOrganisations(runtime);
  await createParticipants(runtime, organisations);
  // One after the other: all at once, their password hashes keep a slow machine so busy that transactions time out.
  const made: MadePerson[] = [];
  for (const person of PEOPLE)
    made.push(await createPerson(runtime, person, organisationOf(organisations, person)));
  for (const { principal, person } of made) {
    if (!WITH_KEYS.includes(person.account)) continue;
    await registerKey(contextOf(runtime, principal), {
      participant_id: person.account,
      algorithm: "X25519",
      custody: "managed",
    });
  }
  return made;
}

/** The person with this handle. */
export function byHandle(people: readonly MadePerson[], handle: string): MadePerson {
  const found = people.find(({ person }) => person.handle === handle);
  if (found === undefined) throw new InvariantError(`no demonstration person ${handle}`);
  return found;
}
