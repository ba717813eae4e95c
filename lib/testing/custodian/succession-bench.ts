import "server-only";
import { expect } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import type { RosterStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { type PersonName, TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";

/** Where people sign. */
export const ORIGIN = "http://localhost:3000";
/** Roster credentials of a person for whom the portal signs. */
export const BY_PORTAL = [{ kind: "portal-evaluation" as const }];
export type Credentials = RosterPerson["credentials"];

/** Returns a passkey as a roster lists it. */
export function credentialOf(authenticator: SoftwareAuthenticator): Credentials[number] {
  const public_key = toBase64url(authenticator.publicKey);
  return { kind: "passkey", credential_id: authenticator.credentialId, public_key, rp_id: "localhost" };
}

function byPasskey(authenticator: SoftwareAuthenticator, statement: RosterStatement): StatementSignature {
  const challenge = toBase64url(sha256(statementBytes("roster", statement)));
  const { response } = authenticator.assert(challenge);
  return {
    kind: "passkey",
    credential_id: authenticator.credentialId,
    authenticator_data: response.authenticatorData,
    client_data_json: response.clientDataJSON,
    signature: response.signature,
  };
}

/** Signs with a person's own passkey, or lets the portal sign for any person. */
export type Signer = { readonly own: PersonName } | { readonly portalFor: PersonName | string };
export const own = (name: PersonName): Signer => ({ own: name });
export const portal = (name: PersonName | string): Signer => ({ portalFor: name });

/** Returns the people with other credentials for one of them. */
export const withCredentials =
  (person: string, credentials: Credentials) =>
  (persons: readonly RosterPerson[]): RosterPerson[] =>
    persons.map((one) => (one.person === person ? { ...one, credentials } : one));

/** An evaluation instance whose portal signs for all people without a key, and a roster that people change. */
export class SuccessionBench {
  /** The passkeys that people really hold. */
  readonly held = new Map<string, SoftwareAuthenticator>();

  private constructor(
    readonly t: TestCustodian,
    /** The roster in force, as the test knows it. */
    public current: Roster,
  ) {}

  static async start(): Promise<SuccessionBench> {
    const t = await TestCustodian.start({ isEvaluation: true, roster: false });
    const persons = t.roster().persons.map((person) => ({ ...person, credentials: BY_PORTAL }));
    const current = { ...t.roster(), origins: [ORIGIN], persons };
    await t.writeRoster(current);
    return new SuccessionBench(t, current);
  }

  /** Returns the person's name in rosters and statements. */
  handle(name: PersonName): string {
    return this.t.people[name].person.person;
  }

  /** Returns in whose name this signer signs. */
  nameOf(signer: Signer): string {
    const name = "own" in signer ? signer.own : signer.portalFor;
    return name in this.t.people ? this.t.people[name as PersonName].person.person : name;
  }

  /** Returns the roster with the statements of these signers. */
  signed(next: Roster, signers: readonly Signer[]): Roster {
    const previous = rosterDigest(this.current);
    const statements = signers.map((signer) => {
      const person = this.nameOf(signer);
      const statement = {
        log: TEST_LOG,
        version: next.version,
        previous,
        roster: rosterDigest(next),
        person,
      };
      if ("portalFor" in signer) return { statement, signature: this.t.signAsPortal("roster", statement) };
      const authenticator = this.held.get(person);
      if (authenticator === undefined) throw new Error(`${person} holds no passkey`);
      return { statement, signature: byPasskey(authenticator, statement) };
    });
    return { ...next, statements };
  }

  /** Returns the next version of the roster in force, with people or more changed. */
  changed(change: (persons: readonly RosterPerson[]) => RosterPerson[], over: Partial<Roster> = {}): Roster {
    const { statements: _statements, ...rest } = this.current;
    const next = {
      ...rest,
      version: this.current.version + 1,
      previous: rosterDigest(this.current),
      ...over,
    };
    return { ...next, persons: change(this.current.persons) };
  }

  /** Puts a roster in force that must be accepted. */
  async take(next: Roster, signers: readonly Signer[]): Promise<void> {
    const full = this.signed(next, signers);
    await this.t.client.submitRoster(full);
    this.current = full;
  }

  /** Sends a roster that must be refused and changes nothing. */
  async refuse(next: Roster, signers: readonly Signer[]): Promise<void> {
    const act = this.t.client.submitRoster(this.signed(next, signers));
    await expect(act).rejects.toMatchObject({ code: "custodian.refused", extra: { reason: "roster" } });
    expect((await this.t.client.roster()).version).toBe(this.current.version);
  }

  /** Enrols honestly: the person gets a passkey, another person confirms. */
  async enrol(name: PersonName, confirmer: Signer): Promise<void> {
    const authenticator = new SoftwareAuthenticator();
    await this.take(this.changed(withCredentials(this.handle(name), [credentialOf(authenticator)])), [
      portal(name),
      confirmer,
    ]);
    this.held.set(this.handle(name), authenticator);
  }

  /** Returns a roster in which this person, or an invented one, has a passkey that a portal made up. */
  bogus(name: PersonName | string): Roster {
    const person = name in this.t.people ? this.handle(name as PersonName) : name;
    return this.changed(withCredentials(person, [credentialOf(new SoftwareAuthenticator())]));
  }
}
