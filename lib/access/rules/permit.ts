import { type DomainError, InvariantError } from "@/lib/errors";

declare const granted: unique symbol;

/** Proof that `authorize` allowed an action. Store functions that read protected rows take one. */
export interface Permit<A extends string = string> {
  readonly [granted]: true;
  readonly action: A;
  /** Content hash of the rules that decided. */
  readonly policyVersion: string;
  readonly policies: readonly string[];
}

/** Content of a permit, without the mark that only `authorize` and `authorizeOpening` give. */
export type PermitFacts<A extends string> = Omit<Permit<A>, typeof granted>;

/** Marks facts as a permit. Only authorize.ts and authorize-opening.ts may call this. */
export function asPermit<T extends PermitFacts<string>>(facts: T): T & Permit<T["action"]> {
  if (!isPermit(facts)) throw new TypeError("not a permit");
  return facts;
}

// The mark is a type only. A caller that has it went through the rules.
function isPermit<T extends PermitFacts<string>>(facts: T): facts is T & Permit<T["action"]> {
  return facts.policyVersion !== "";
}

/** Throws when a store function receives a permit for something else; the compiler reports most cases earlier. */
export function requirePermit(permit: Permit, ...actions: readonly string[]): void {
  if (!actions.includes(permit.action))
    throw new InvariantError(`a permit for ${permit.action} is no permit here`);
}

/** Returns the id of the rule behind a refusal, for entries; for refusals without a rule, their code. */
export function reasonOf(error: DomainError): string {
  const { reason } = error.extra;
  return typeof reason === "string" ? reason : error.code;
}
