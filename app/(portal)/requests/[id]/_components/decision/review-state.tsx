"use client";

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { keep, keptKey } from "@/components/client/kept-drafts";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import {
  type FactName,
  NO_READING,
  type OrderOnRecord,
  orderOnRecord,
  type Reading,
} from "../order/order-reading";
import { type Act, type Draft, type Judged, judge } from "./verdict";

const EMPTY: Draft = {
  reading: NO_READING,
  withoutTransactions: [],
  withoutFields: [],
  until: "",
  views: "",
  exports: "",
  reason: "",
  recognition: "",
};

/** What panel, comparison and dialog share. */
export interface ReviewState {
  readonly request: RequestView;
  readonly review: ReviewView;
  readonly order: OrderOnRecord | undefined;
  readonly draft: Draft;
  readonly judged: Judged;
  /** The act whose dialog is open. */
  readonly act: Act | undefined;
  change(part: Partial<Draft>): void;
  begin(act: Act | undefined): void;
  /** The decision is made: nothing of the draft is kept. */
  forget(): void;
}

const ReviewContext = createContext<ReviewState | undefined>(undefined);

/** The shared state; undefined on pages of people who decide nothing. */
export function useReview(): ReviewState | undefined {
  return useContext(ReviewContext);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** What this window kept of the reading, or what the person read before, in any window. */
function readingKept(kept: Readonly<Record<string, unknown>>, own: ReviewView["own_reading"]): Reading {
  const text = (name: FactName): string => {
    const value = kept[name];
    return isText(value) && value !== "" ? value : (own?.[name] ?? "");
  };
  return {
    issuer: text("issuer"),
    case_number: text("case_number"),
    valid_from: text("valid_from"),
    valid_until: text("valid_until"),
  };
}

/** A draft as this window kept it. Invalid values are left out. */
function readDraft(place: string, review: ReviewView): Draft {
  try {
    const kept = members(JSON.parse(sessionStorage.getItem(place) ?? "{}"));
    const reading = members(kept.reading);
    const text = (value: unknown): string => (isText(value) ? value : "");
    return {
      reading: readingKept(reading, review.own_reading),
      withoutTransactions: texts(kept.withoutTransactions),
      withoutFields: review.remaining.fields.filter((group) => texts(kept.withoutFields).includes(group)),
      until: text(kept.until),
      views: text(kept.views),
      exports: text(kept.exports),
      reason: text(kept.reason),
      recognition: text(kept.recognition),
    };
  } catch {
    return { ...EMPTY, reading: readingKept({}, review.own_reading) };
  }
}

/**
 * Typed text survives a lost connection, a reload and a new sign-in. It is kept in this tab's session storage, which
 * ends with the tab. It is stored under the decider's name, because the second decider reads the order without it. It
 * holds facts of the order and the reason, and nothing that was ever sealed.
 */
function useDraft(place: string, review: ReviewView) {
  const [draft, setDraft] = useState<Draft>(EMPTY);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once for each request; later reviews do not undo what is typed
  useEffect(() => setDraft(readDraft(place, review)), [place]);
  const change = useCallback(
    (part: Partial<Draft>) =>
      setDraft((old) => {
        const next = { ...old, ...part };
        try {
          keep(place, JSON.stringify(next));
        } catch {
          // Storage that is full or forbidden: what is typed stays in the page.
        }
        return next;
      }),
    [place],
  );
  const forget = useCallback(() => {
    sessionStorage.removeItem(place);
    setDraft(EMPTY);
  }, [place]);
  return { draft, change, forget };
}

/** Holds what a decider types while panel and page read it. */
export function ReviewProvider(props: {
  /** The decider's handle. */
  person: string;
  request: RequestView;
  review: ReviewView;
  /** An executive retypes every order, the signed ones as well. */
  retypes: boolean;
  children: ReactNode;
}) {
  const { request, review, retypes } = props;
  const { draft, change, forget } = useDraft(keptKey("review", props.person, request.id), review);
  const [act, begin] = useState<Act | undefined>();
  // An order that names its reach itself is not retyped, but by executives: its facts are the signature's.
  const isRetyped = retypes || request.authorization?.reach === undefined;
  const order = isRetyped ? orderOnRecord(request.authorization) : undefined;
  const state = useMemo(
    () => ({
      request,
      review,
      order,
      draft,
      act,
      begin,
      change,
      forget,
      judged: judge(draft, review, order),
    }),
    [request, review, order, draft, act, change, forget],
  );
  return <ReviewContext.Provider value={state}>{props.children}</ReviewContext.Provider>;
}
