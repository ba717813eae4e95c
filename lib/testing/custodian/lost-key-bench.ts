import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { generateX25519, randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { REWRAP_INTENT_ACTION, type RewrapStatements, rewrapIntent } from "@/lib/escrow/protocol/lost-key";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import {
  type RewrapStatement,
  type RewrapTerms,
  rewrapDigest,
  termsOf,
} from "@/lib/escrow/protocol/rewrap-statement";
import { type StatementSignature, validityTime } from "@/lib/escrow/protocol/statements";
import { type PersonName, TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";
import { createKeyHolder, type KeyHolder } from "@/lib/testing/devices/key-holder";
import type { GroupName } from "@/lib/vocabulary";

const BY_PORTAL = [{ kind: "portal-evaluation" as const }];
const DAY_MS = 86_400_000;
export const PARTICIPANT = "client-456";

type Announced = Parameters<TestCustodian["client"]["lostKeys"]["recover"]>[1][number];

/** A custodian, a participant that lost its key, and roster people who sign. */
export class LostKeyBench {
  readonly holder: KeyHolder = createKeyHolder();
  readonly keyId = uuidv7(Date.UTC(2026, 10, 24));

  private constructor(
    readonly t: TestCustodian,
    readonly items: readonly RegistrationItem[],
  ) {}

  /**
   * Starts with `count` transactions of two groups, registered. It is an evaluation instance if the portal signs for a person.
   * `organisations` gives some people other organisations in the roster.
   */
  static async start(
    count = 1,
    portalSigned: readonly PersonName[] = [],
    organisations: Readonly<Record<string, string>> = {},
  ): Promise<LostKeyBench> {
    const t = await TestCustodian.start({ isEvaluation: portalSigned.length > 0, roster: false });
    const names = portalSigned.map((name) => t.people[name].person.person);
    const persons = t
      .roster()
      .persons.map((one) => (names.includes(one.person) ? { ...one, credentials: [...BY_PORTAL] } : one))
      .map((one) => ({ ...one, organisation: organisations[one.person] ?? one.organisation }));
    await t.writeRoster({ ...t.roster(), persons });
    const items: RegistrationItem[] = [];
    while (items.length < count * 2) items.push(...(await t.seal()));
    await t.client.register(items);
    return new LostKeyBench(t, items);
  }

  terms(over: Partial<RewrapTerms> = {}): RewrapTerms {
    return {
      log: TEST_LOG,
      participant: PARTICIPANT,
      old_kid: `${PARTICIPANT}#1`,
      new_kid: `${PARTICIPANT}#2`,
      new_public_key: this.holder.publicKey,
      transactions: [...new Set(this.items.map(({ tx }) => tx))].sort(),
      not_after: validityTime(new Date(this.t.clock.nowMs() + DAY_MS)),
      nonce: toBase64url(randomBytes(32)),
      ...over,
    };
  }

  statement(by: PersonName, terms: RewrapTerms): RewrapStatement {
    return { ...terms, person: this.t.people[by].person.person };
  }

  signed(
    by: PersonName,
    terms: RewrapTerms,
    signature?: (statement: RewrapStatement) => StatementSignature,
  ): RewrapStatements[number] {
    const statement = this.statement(by, terms);
    return { statement, signature: signature?.(statement) ?? this.t.sign(by, "rewrap", statement) };
  }

  /** Returns the legal reviewer's and the approver's statements. */
  agreed(terms: RewrapTerms = this.terms()): RewrapStatements {
    return [this.signed("legal", terms), this.signed("approver", terms)];
  }

  /** Runs challenge and answer. Returns the recovery's name if the custodian accepted it. */
  async accept(statements: RewrapStatements, holder: KeyHolder = this.holder): Promise<string> {
    const challenge = await this.t.client.lostKeys.challenge({ statements, key_id: this.keyId });
    const client_tag = holder.answer(challenge);
    return (await this.t.client.lostKeys.accept({ statements, client_tag })).statement.recovery;
  }

  announced(
    recovery: string,
    envelope: RegistrationItem,
    over: { readonly action?: string; readonly group?: GroupName; readonly kid?: string } = {},
  ): Announced {
    const details = rewrapIntent({
      transaction: envelope.tx,
      group: over.group ?? envelope.grp,
      recovery,
      old_kid: `${PARTICIPANT}#1`,
      new_kid: over.kid ?? `${PARTICIPANT}#2`,
    });
    return { envelope, intent: this.t.announce(over.action ?? REWRAP_INTENT_ACTION, details) };
  }

  recover(recovery: string, items: readonly RegistrationItem[] = this.items) {
    return this.t.client.lostKeys.recover(
      recovery,
      items.map((item) => this.announced(recovery, item)),
    );
  }
}

export function nameOf(statements: RewrapStatements): string {
  const [first] = statements;
  if (first === undefined) throw new TypeError("no statement");
  return rewrapDigest(termsOf(first.statement));
}

/** Returns a public key whose private key does not exist here. */
export const foreignKey = (): string => toBase64url(generateX25519().publicKey);
