// The custodian's protocol: pure formats and rules that the portal, the custodian and browsers share. This file is the
// client's interface. messages.ts and submissions.ts are the calls, statements.ts and the *-statement.ts files are what
// people sign, and succession.ts decides who may change the roster. Signed formats must not change.
import { toBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import type { SignedReview } from "@/lib/escrow/protocol/break-glass-statement";
import type { SignedEpochOrder } from "@/lib/escrow/protocol/epoch-order";
import type {
  RecoverResult,
  RewrapAccepted,
  RewrapChallenge,
  RewrapChallengeRequest,
  RewrapEnd,
  RewrapSubmission,
} from "@/lib/escrow/protocol/lost-key";
import type {
  GrantResponse,
  IdentityResponse,
  IntentEvidence,
  RegistrationItem,
  RegistrationResult,
  Revocation,
  RewrapResult,
  SignedEpoch,
} from "@/lib/escrow/protocol/messages";
import type { PolicyOrder } from "@/lib/escrow/protocol/policy-order";
import type { Roster, StatementNote } from "@/lib/escrow/protocol/roster";
import type { OpenStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import type {
  CoViewerEnd,
  GrantSubmission,
  ReviewResponse,
  Suspension,
} from "@/lib/escrow/protocol/submissions";
import type { GroupName } from "@/lib/vocabulary";

/** A committed intent entry, as far as the custodian's client needs it. */
export interface IntentEntry {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly parts: readonly {
    readonly kind: string;
    readonly c: string;
    readonly stored: Uint8Array;
    readonly partKey: Uint8Array;
  }[];
}

/** Returns the entry's bytes and the key of its org part. The keys of other parts never leave the portal. */
export function intentEvidence({ bytes, parts }: IntentEntry): IntentEvidence {
  const open = parts.filter((part) => part.kind === "org");
  return {
    entry: toBase64url(bytes),
    parts: open.map(({ c, stored, partKey }) => ({
      c,
      stored: toBase64url(stored),
      part_key: toBase64url(partKey),
    })),
  };
}

/** One opening through escrow: its scope, the requester's statement, and the intent entry in the log. */
export interface EscrowOpening {
  readonly grant: string;
  readonly transaction: string;
  readonly groups: readonly GroupName[];
  /** The sealed groups as the database stores them, one for each of `groups`. */
  readonly envelopes: readonly RegistrationItem[];
  /** The committed intent entry (action `disclosure.open`, details of `intentDetails`). */
  readonly intent: IntentEntry;
  readonly opening: { readonly statement: OpenStatement; readonly signature: StatementSignature };
  /** With the private key the answer is opened here. Without it the answer stays sealed to the key's owner. */
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey?: Uint8Array };
  /** For evidence: also asks for the salts of fields that are shown in full. */
  readonly withSalts?: true;
}

/** A reply still sealed to the requester's own key. */
interface SealedReply {
  readonly jwe: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

export interface EscrowOpened {
  readonly assurance: "evaluation" | "signed";
  readonly viewsLeft: number;
  /** Fields by group; empty when the reply key is the requester's own. */
  readonly data: Readonly<Partial<Record<GroupName, Record<string, Json>>>>;
  /** Names of masked fields by group. */
  readonly masked: Readonly<Partial<Record<GroupName, readonly string[]>>>;
  /** Salts by group and field, of groups that are not masked, if they were asked for. */
  readonly salts: Readonly<Partial<Record<GroupName, Readonly<Record<string, string>>>>>;
  readonly sealed: Readonly<Partial<Record<GroupName, SealedReply>>>;
}

/** What the portal reports to the custodian when a grant ends or afterwards. */
export interface GrantEnds {
  revoke(revocation: Revocation): Promise<void>;
  /** Ends a grant for good. */
  suspend(suspension: Suspension): Promise<void>;
  /** Removes a co-viewer from a request for good. */
  endCoViewer(end: CoViewerEnd): Promise<void>;
  /** Submits another person's review of an emergency access. */
  review(review: SignedReview): Promise<ReviewResponse>;
}

/** One envelope to wrap for the new key, and the committed entry that announces it. */
export interface AnnouncedEnvelope {
  readonly envelope: RegistrationItem;
  readonly intent: IntentEntry;
}

/** Recoveries of lost keys by the custodian. Every answer that matters is verified with the pinned key. */
export interface LostKeyClient {
  /** Returns the custodian's own challenge to the new key's holder. */
  challenge(request: RewrapChallengeRequest): Promise<RewrapChallenge>;
  /** Submits the statements of two persons and the holder's answer. A repetition is not an error. */
  accept(submission: RewrapSubmission): Promise<RewrapAccepted>;
  /** Has envelopes wrapped for the new key of an accepted recovery. Returns a new entry or a refusal for each. */
  recover(recovery: string, envelopes: readonly AnnouncedEnvelope[]): Promise<readonly RecoverResult[]>;
  /** Ends a recovery for good. */
  end(end: RewrapEnd): Promise<void>;
}

/** The current escrow public key. Its signature was verified with the pinned key. */
export interface EscrowEpoch {
  readonly epoch: number;
  /** `escrow#<epoch>` */
  readonly kid: string;
  readonly publicKey: Uint8Array;
  readonly signed: SignedEpoch;
}

/** A grant that the custodian accepted and will enforce. `statement` is the scope as the custodian derived it. */
export type AcceptedGrant = GrantResponse;

/**
 * The escrow custodian as the portal and the worker see it. Every answer that matters is signed, and verified with the
 * pinned key. Throws DomainError custodian.unavailable (503) when it is away, and custodian.refused (403) with
 * `extra.reason`, one of `Refusal`.
 */
export interface EscrowClient extends GrantEnds {
  /** The pinned key. */
  readonly vkey: string;
  identity(): Promise<IdentityResponse>;
  epoch(): Promise<EscrowEpoch>;
  epochs(): Promise<readonly SignedEpoch[]>;
  /**
   * After how many days the custodian begins the next epoch automatically, from its last answer. Undefined before the
   * first answer.
   */
  rotationDays(): number | undefined;
  register(items: readonly RegistrationItem[]): Promise<readonly RegistrationResult[]>;
  /**
   * Begins the ordered epoch, the one after the newest, and returns it. If it has begun already, returns the newest. The
   * custodian wants the signature of an administrator on its roster.
   */
  beginEpoch(order: SignedEpochOrder): Promise<EscrowEpoch>;
  /**
   * Moves the escrow's entries of these groups to the newest epoch. Returns the entries with the custodian's signed
   * confirmations.
   */
  rewrap(items: readonly RegistrationItem[]): Promise<readonly RewrapResult[]>;
  /** Destroys the private key of a former epoch for good, by an order as for its begin. */
  destroyEpoch(order: SignedEpochOrder): Promise<void>;
  submitGrant(submission: GrantSubmission): Promise<AcceptedGrant>;
  open(opening: EscrowOpening): Promise<EscrowOpened>;
  /** Returns the roster that the custodian enforces now. */
  roster(): Promise<Roster>;
  /**
   * Returns the roster from a cache of half a minute, or the last known one while the custodian is away. Undefined if
   * none was read yet.
   */
  knownRoster(): Promise<Roster | undefined>;
  /** Submits the next roster and returns the roster in force afterwards. Submitting the current one is not an error. */
  submitRoster(next: Roster): Promise<Roster>;
  /** Returns the digest of the policy set that grants have to name; null before the custodian has one. */
  heldPolicy(): Promise<string | null>;
  /** Orders a policy set into force and returns the digest that is in force afterwards. A repetition is not an error. */
  orderPolicy(order: PolicyOrder): Promise<string | null>;
  /**
   * Shows a signed statement to the custodian when it is made, so that a wrong signature is refused while its signer is
   * still present.
   */
  noteStatement(note: StatementNote): Promise<"evaluation" | "signed">;
  /** Recoveries of a participant's lost key. */
  readonly lostKeys: LostKeyClient;
}
