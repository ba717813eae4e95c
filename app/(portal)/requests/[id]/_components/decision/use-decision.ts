"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { CallRefused, NetworkLost, target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { useSigner } from "@/components/client/use-signer";
import type { RequestAnswer, StatementAnswer } from "@/lib/access/requests/answer-schema";
import type { decideRequest, prepareStatement } from "@/lib/api-client/operations/decisions";
import type { ReviewState } from "./review-state";
import { isAsShown, type ShownDecision } from "./statement/as-shown";
import { type Act, bodyOf } from "./verdict";

const statementOf = target<typeof prepareStatement>("POST", "/confidential/access/requests/{id}/statement");
const decisionOf = target<typeof decideRequest>("POST", "/confidential/access/requests/{id}/decisions");

export type Statement = StatementAnswer["statement"];
type Body = ReturnType<typeof bodyOf>;
type Signature = NonNullable<Awaited<ReturnType<ReturnType<typeof useSigner>["sign"]>>>["signature"];

/** One try to decide: what is sent stays the same until an answer is known. */
interface Sending {
  readonly key: string;
  readonly signature: Signature | undefined;
}

/** The result of a decision. The answer to a repeated call has no receipt; only the first has one. */
export type Made = Pick<RequestAnswer, "reference" | "state"> & Partial<Pick<RequestAnswer, "receipt">>;

export type Phase = "preparing" | "ready" | "sending" | "done";

export interface Decision {
  readonly phase: Phase;
  readonly body: Body;
  /** What is signed; none for a question. */
  readonly statement: Statement | undefined;
  readonly answer: Made | undefined;
  readonly error: unknown;
  send(): Promise<void>;
  prepare(): Promise<void>;
}

/** What was shown when the dialog opened is what is decided, whatever arrives meanwhile. */
interface Shown {
  readonly id: string;
  readonly ifMatch: string;
  readonly body: Body;
  /** What its statement must say to be signed; none for a question. */
  readonly asShown: ShownDecision | undefined;
}

function shownBy({ request, review, draft, judged }: ReviewState, act: Act): Shown {
  const asked = { request, review, granted: judged.granted };
  return {
    id: request.id,
    ifMatch: `"${review.version}"`,
    body: bodyOf(act, draft, review, judged),
    asShown: act === "ask" ? undefined : { ...asked, decision: act === "deny" ? "deny" : "approve" },
  };
}

/** The statement that the server lays out for it. */
function useStatement(shown: Shown, isSigned: boolean) {
  const { call } = useApi();
  const [statement, setStatement] = useState<Statement>();
  const [error, setError] = useState<unknown>();
  const prepare = useCallback(async () => {
    const { id, body, ifMatch } = shown;
    setError(undefined);
    try {
      setStatement((await call(statementOf, { params: { id }, body, ifMatch })).statement);
    } catch (failure) {
      setError(failure);
    }
  }, [call, shown]);
  useEffect(() => {
    if (isSigned) void prepare();
  }, [isSigned, prepare]);
  return { statement, error, prepare };
}

/** Lays out the statement, has it signed, and sends the decision made upon the version that was shown. */
export function useDecision(state: ReviewState, act: Act): Decision {
  const { call } = useApi();
  const { sign } = useSigner();
  const [shown] = useState<Shown>(() => shownBy(state, act));
  const { statement, error: notPrepared, prepare } = useStatement(shown, act !== "ask");
  const [isSending, setSending] = useState(false);
  const [answer, setAnswer] = useState<Made>();
  const [notSent, setNotSent] = useState<unknown>();
  const sending = useRef<Sending>(undefined);

  const begin = async (): Promise<Sending> => {
    const key = crypto.randomUUID();
    if (statement === undefined) return { key, signature: undefined };
    const { asShown } = shown;
    const made = await sign({
      kind: "decision",
      prepare: async () => statement,
      isAsShown: (one) => asShown !== undefined && isAsShown(one, asShown),
    });
    return { key, signature: made?.signature };
  };

  const send = async (): Promise<void> => {
    setSending(true);
    setNotSent(undefined);
    try {
      sending.current ??= await begin();
      setAnswer(await call(decisionOf, inputOf(shown, sending.current)));
    } catch (failure) {
      // Without an answer the outcome is unknown. The same key is used again, so that it is decided once.
      if (!(failure instanceof NetworkLost)) sending.current = undefined;
      setNotSent(failure);
    }
    setSending(false);
  };

  const isReady = act === "ask" || statement !== undefined;
  const phase = answer !== undefined ? "done" : isSending ? "sending" : isReady ? "ready" : "preparing";
  return { phase, body: shown.body, statement, answer, error: notSent ?? notPrepared, send, prepare };
}

function inputOf({ id, ifMatch, body }: Shown, { key, signature }: Sending) {
  const sent = { ...body, ...(signature === undefined ? {} : { signature }) };
  return { params: { id }, body: sent, ifMatch, idempotencyKey: key };
}

/** The other person's step, from a 409 or 412. */
export interface Faster {
  readonly state: string;
  readonly kind: string;
  readonly by: string;
  readonly at: string;
}

/** Returns the step that came first: of another person, or of this person in another tab. */
export function fasterOf(error: unknown): Faster | undefined {
  if (!(error instanceof CallRefused)) return undefined;
  const { state, last } = error.problem.members;
  if (typeof state !== "string" || typeof last !== "object" || last === null) return undefined;
  const { kind, by, at } = Object.fromEntries(Object.entries(last));
  if (typeof kind !== "string" || typeof by !== "string" || typeof at !== "string") return undefined;
  return { state, kind, by, at };
}
