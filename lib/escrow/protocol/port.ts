import { toBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import type { SignedReview } from "@/lib/escrow/protocol/break-glass-statement";
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

/** Returns the entry's bytes and the key of its org part; no other part's key leaves the portal. */
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

/** One opening through escrow: what is asked, the requester's word for it, and the record that it is happening. */
export interface EscrowOpening {
  readonly grant: string;
  readonly transaction: string;
  readonly groups: readonly GroupName[];
  /** The sealed groups as they stand in the database, one for each of `groups`. */
  readonly envelopes: readonly RegistrationItem[];
  /** The committed intent entry (action `disclosure.open`, details of `intentDetails`). */
  readonly intent: IntentEntry;
  readonly opening: { readonly statement: OpenStatement; readonly signature: StatementSignature };
  /** With the private key the answer is opened here; without, it stays sealed to its owner. */
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey?: Uint8Array };
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
  readonly sealed: Readonly<Partial<Record<GroupName, SealedReply>>>;
}

/** What ends a grant or follows its end, as the custodian is told. */
export interface GrantEnds {
  revoke(revocation: Revocation): Promise<void>;
  /** Takes a grant out of force for good. */
  suspend(suspension: Suspension): Promise<void>;
  /** Takes a co-viewer out of a request for good. */
  endCoViewer(end: CoViewerEnd): Promise<void>;
  /** Hands in another person's review of a use of break-glass. */
  review(review: SignedReview): Promise<ReviewResponse>;
}

/** One envelope to wrap for the new key, and the committed entry that announces it. */
export interface AnnouncedEnvelope {
  readonly envelope: RegistrationItem;
  readonly intent: IntentEntry;
}

/** Recoveries of lost keys as the custodian carries them out; every answer that matters is verified with its pinned key. */
export interface LostKeyClient {
  /** The custodian's own challenge to the new key's holder. */
  challenge(request: RewrapChallengeRequest): Promise<RewrapChallenge>;
  /** Hands in two persons' word and the holder's answer; what was accepted before is no error. */
  accept(submission: RewrapSubmission): Promise<RewrapAccepted>;
  /** Has envelopes wrapped for the new key of an accepted recovery: an entry of each, or why not. */
  recover(recovery: string, envelopes: readonly AnnouncedEnvelope[]): Promise<readonly RecoverResult[]>;
  /** Ends a recovery for good. */
  end(end: RewrapEnd): Promise<void>;
}

/** The escrow public key that is sealed to now; its signature has been verified with the pinned key. */
export interface EscrowEpoch {
  readonly epoch: number;
  /** `escrow#<epoch>` */
  readonly kid: string;
  readonly publicKey: Uint8Array;
  readonly signed: SignedEpoch;
}

/** A grant the custodian has and will enforce; `statement` is its own reading of the scope. */
export type AcceptedGrant = GrantResponse;

/**
 * The escrow custodian as the portal and the worker see it. Every answer that matters is signed and verified
 * with the pinned key. Away: DomainError custodian.unavailable (503). Refusal: custodian.refused (403) with
 * `extra.reason`, one of `Refusal`.
 */
export interface EscrowClient extends GrantEnds {
  /** The pinned key. */
  readonly vkey: string;
  identity(): Promise<IdentityResponse>;
  epoch(): Promise<EscrowEpoch>;
  epochs(): Promise<readonly SignedEpoch[]>;
  /** After how many days it begins the next epoch by itself, as it said last; undefined before its first word. */
  rotationDays(): number | undefined;
  register(items: readonly RegistrationItem[]): Promise<readonly RegistrationResult[]>;
  /** Begins this epoch, the one after the newest, and answers it; again, when it has begun, answers the newest. */
  beginEpoch(epoch: number): Promise<EscrowEpoch>;
  /** Moves the escrow's entries of these groups to the newest epoch: the entries, with the custodian's word on each. */
  rewrap(items: readonly RegistrationItem[]): Promise<readonly RewrapResult[]>;
  /** Destroys the private key of a former epoch for good. */
  destroyEpoch(epoch: number): Promise<void>;
  submitGrant(submission: GrantSubmission): Promise<AcceptedGrant>;
  open(opening: EscrowOpening): Promise<EscrowOpened>;
  /** The roster the custodian enforces now. */
  roster(): Promise<Roster>;
  /** The same as it was known half a minute ago, or last while the custodian is away; undefined if it never was. */
  knownRoster(): Promise<Roster | undefined>;
  /** Hands in a successor; the answer is the roster in force afterwards. The same one again is no error. */
  submitRoster(next: Roster): Promise<Roster>;
  /** Shows a signed statement when it is made: a wrong signature is refused while its signer is still there. */
  noteStatement(note: StatementNote): Promise<"evaluation" | "signed">;
  /** What concerns a participant's lost key. */
  readonly lostKeys: LostKeyClient;
}
