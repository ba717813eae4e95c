import "server-only";
import { type PreparedSet, preparePolicySet } from "@/lib/access/policy/engine";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import type { InstanceFacts } from "@/lib/context/context";
import type { Flags } from "@/lib/context/flags";
import type { ActiveSet, Policies, PolicyQuestion, PolicyState } from "@/lib/context/policies";
import { type Listener, type NoticeSource, openListener } from "@/lib/db/listen";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import {
  type ActivationRow,
  type Evidence,
  findActivation,
  findEvidence,
  hasNewer,
} from "@/lib/policies/activation-store";
import { isBound } from "@/lib/policies/bound-activation";
import { documentOf, hasDigest } from "@/lib/policies/load-set";
import { findSet, type WholeSetRow } from "@/lib/policies/store";
import type { Logger } from "@/lib/telemetry/logger";

const CHANNEL = "sealport_policies";

interface Loaded {
  readonly seq: number;
  readonly digest: string;
  readonly set: PreparedSet & ActiveSet;
}

interface Parts extends DbContext {
  readonly instance: InstanceFacts;
  /** Without them answers are not kept: each question goes to Cedar. */
  readonly flags?: Pick<Flags, "lastKnown"> | undefined;
  readonly logger: Pick<Logger, "info" | "error">;
}

type Fault = Exclude<PolicyState, "active">;

/** The pointer, and the set that it names, as the database has them. */
interface Found {
  readonly pointer: ActivationRow | undefined;
  readonly set: WholeSetRow | undefined;
  readonly evidence: Evidence | undefined;
  /** The log has an activation after it. */
  readonly isOld: boolean;
}

/**
 * The set that decides in this process. It follows the pointer: at each notice, at each opening's own reading of it, and
 * with each check. What it cannot load, or what was altered, decides nothing: `active` throws then.
 */
export class ActivePolicies implements Policies {
  readonly #parts: Parts;
  #loaded: Loaded | undefined;
  /** The newest activation that decided here. None before it decides again. */
  #newest = 0;
  /** Of the last check, while no set decides. */
  #fault: Fault | undefined;
  #running: Promise<PolicyState> | undefined;
  /** Begins when the running one ends. */
  #next: Promise<PolicyState> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  active(): PreparedSet & ActiveSet {
    if (this.#loaded === undefined) throw unavailable(this.#fault);
    return this.#loaded.set;
  }

  #state(): PolicyState {
    return this.#loaded === undefined ? (this.#fault ?? "unavailable") : "active";
  }

  async follow(activation: number | undefined): Promise<void> {
    if (activation === undefined) throw unavailable("unavailable");
    // An opening that read an older snapshot does not take the process back.
    if (this.#loaded !== undefined && activation <= this.#loaded.seq) return;
    await this.check();
    if (this.#loaded === undefined || this.#loaded.seq < activation) throw unavailable(this.#fault);
  }

  /** Reads the pointer and the text that it names, and loads what changed. Never throws: its outcome is the state. */
  check(): Promise<PolicyState> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#begin();
    // The running check may have read before the switch, so all who come meanwhile wait for one more.
    this.#next = this.#running.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<PolicyState> {
    this.#running = this.#read().then(() => {
      this.#running = undefined;
      return this.#state();
    });
    return this.#running;
  }

  async #read(): Promise<void> {
    const { tenantId, log } = this.#parts.instance;
    let found: Found;
    try {
      found = await inSnapshot(this.#parts, async (tx) => {
        const pointer = await findActivation(tx, tenantId);
        const set = pointer && (await findSet(tx, tenantId, { id: pointer.set_id }));
        const evidence = pointer && (await findEvidence(tx, pointer));
        const isOld = pointer !== undefined && (await hasNewer(tx, log, pointer));
        return { pointer, set, evidence, isOld };
      });
    } catch (error) {
      // While the database is away the pointer does not move either. Each opening reads it again.
      if (this.#loaded === undefined) this.#fail("unavailable", error);
      return;
    }
    try {
      this.#load(found);
    } catch (error) {
      this.#fail("unavailable", error);
    }
  }

  #load({ pointer, set, evidence, isOld }: Found): void {
    if (pointer === undefined || set === undefined || evidence === undefined)
      throw new InvariantError("no policy set was activated");
    const { seq, number, document_digest: digest } = pointer;
    // Also a process that has just begun: an older set does not return because newer activations were removed.
    const isOlder = isOld || seq < this.#newest;
    if (isOlder || !hasDigest(set.document, digest) || !isBound(this.#parts.instance, pointer, evidence)) {
      this.#fail("altered");
      return;
    }
    this.#newest = seq;
    const isFirst = this.#loaded === undefined;
    const isSame = this.#loaded?.digest === digest;
    const prepared =
      isSame && this.#loaded !== undefined
        ? this.#loaded.set
        : this.#prepare(documentOf({ ...set, document_digest: digest }));
    // Two sets may have one document: the number is that of the one that was activated.
    this.#loaded = { seq, digest, set: { ...prepared, number } };
    this.#fault = undefined;
    if (!isSame && !isFirst) this.#parts.logger.info({ number }, "policies of this version decide now");
  }

  /** Whether kept answers are used is switched by organisation. The answers are the same either way. */
  #prepare(document: PolicyDocument): PreparedSet {
    const set = preparePolicySet(document);
    const { flags } = this.#parts;
    const isMemoOn = ({ principal }: PolicyQuestion) =>
      flags?.lastKnown("policy.memo", principal.organisation) ?? false;
    return {
      ...set,
      ask: (question) => (isMemoOn(question) ? set.ask(question) : set.askAgain(question)),
    };
  }

  #fail(fault: Fault, err?: unknown): void {
    if (this.#fault !== fault)
      this.#parts.logger.error(
        { alarm: `policy.${fault}`, ...(err === undefined ? {} : { err }) },
        fault === "altered"
          ? "the active policy set was altered in the database; openings are refused"
          : "the active policy set could not be loaded; openings are refused, will retry",
      );
    this.#fault = fault;
    this.#loaded = undefined;
  }
}

function unavailable(fault: Fault | undefined): DomainError {
  return new DomainError("policy.unavailable", {
    detail:
      fault === "altered"
        ? "The active policy set does not match the log, so it decides no call. Notify the operator."
        : "The active policy set could not be loaded. Try again in a moment.",
    ...(fault === "altered" ? {} : { retryAfterSeconds: 2 }),
  });
}

/** Follows the tenant's activations for as long as the listener is open. */
export function followPolicies(
  source: NoticeSource,
  applicationName: string,
  policies: ActivePolicies,
): Listener {
  return openListener({
    source,
    applicationName,
    channel: CHANNEL,
    onMessage: () => void policies.check(),
    // Notices sent while no one listened are lost.
    onListening: () => void policies.check(),
    onLost: () => undefined,
  });
}
