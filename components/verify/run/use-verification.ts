import { useEffect, useRef, useState } from "react";
import type { EvidenceReport } from "@/lib/audit/bundle-verifier/evidence/verify-evidence";
import type { Progress } from "@/lib/audit/bundle-verifier/options";
import type { GivenPromise, NoPromise } from "@/lib/audit/bundle-verifier/receipts/verify-receipt";
import type { Report } from "@/lib/audit/bundle-verifier/report/report";
import type { Keeping } from "@/lib/audit/bundle-verifier/tree/keep-checkpoint";
import type { OtherFile, VerifyNews, VerifyOrder } from "./verify-messages";

/** State of a verification in this browser. */
export type VerificationState =
  | { readonly is: "idle" }
  | {
      readonly is: "running";
      readonly name: string;
      readonly progress: Progress | undefined;
      readonly perSecond: number;
    }
  | {
      readonly is: "done";
      readonly name: string;
      readonly report: Report;
      readonly at: string;
      /** It was verified with the keys that this portal publishes. */
      readonly isPublished: boolean;
      /** The result of storing the checkpoint, and the name of the reader's own policy file. */
      readonly keeping: { readonly name: string; readonly outcome: Keeping } | undefined;
    }
  | {
      readonly is: "evidence";
      readonly name: string;
      readonly at: string;
      readonly isPublished: boolean;
      readonly report: EvidenceReport;
    }
  | {
      readonly is: "receipt";
      readonly name: string;
      readonly at: string;
      readonly promise: GivenPromise | NoPromise | undefined;
    }
  | { readonly is: "other file"; readonly seems: OtherFile; readonly detail: string }
  | { readonly is: "stopped"; readonly name: string }
  | { readonly is: "bad policy"; readonly detail: string }
  | { readonly is: "bad receipt"; readonly name: string; readonly detail: string }
  | { readonly is: "unreadable" | "broken" };

/** The report, and the result of storing its checkpoint in the policy file of that name. */
function outcomeOf(
  { report, keeping }: Extract<VerifyNews, { is: "done" }>,
  { policy, isPublished }: VerifyOrder,
): Pick<Extract<VerificationState, { is: "done" }>, "report" | "keeping" | "isPublished"> {
  const isAsked = keeping !== undefined && policy !== undefined && !isPublished;
  return { report, isPublished, keeping: isAsked ? { name: policy.name, outcome: keeping } : undefined };
}

/** The state after the worker has answered. */
function stateAfter(
  news: Exclude<VerifyNews, { is: "progress" }>,
  order: VerifyOrder,
  name: string,
): VerificationState {
  const at = new Date().toISOString();
  switch (news.is) {
    case "done":
      return { is: "done", name, at, ...outcomeOf(news, order) };
    case "evidence":
      return { ...news, name, at, isPublished: order.isPublished };
    case "receipt":
      return { ...news, name, at };
    default:
      return news;
  }
}

/** One verification in a worker at a time; leaving the page or stopping ends its thread. */
export function useVerification(): {
  readonly state: VerificationState;
  readonly start: (name: string, order: VerifyOrder) => void;
  readonly stop: () => void;
  readonly reset: () => void;
} {
  const [state, setState] = useState<VerificationState>({ is: "idle" });
  const worker = useRef<Worker | undefined>(undefined);
  const end = (next: VerificationState): void => {
    worker.current?.terminate();
    worker.current = undefined;
    setState(next);
  };
  useEffect(() => () => worker.current?.terminate(), []);
  const start = (name: string, order: VerifyOrder): void => {
    worker.current?.terminate();
    const began = performance.now();
    const made = new Worker(new URL("./verify-worker.ts", import.meta.url), { type: "module" });
    worker.current = made;
    setState({ is: "running", name, progress: undefined, perSecond: 0 });
    made.onmessage = ({ data }: MessageEvent<VerifyNews>) => {
      if (worker.current !== made) return;
      if (data.is === "progress") {
        const seconds = (performance.now() - began) / 1000;
        const done = data.progress.step === "entries" ? data.progress.done : 0;
        setState({ is: "running", name, progress: data.progress, perSecond: done / Math.max(seconds, 0.1) });
      } else end(stateAfter(data, order, name));
    };
    made.onerror = () => {
      if (worker.current === made) end({ is: "broken" });
    };
    made.postMessage(order);
  };
  const stop = (): void => end({ is: "stopped", name: state.is === "running" ? state.name : "" });
  return { state, start, stop, reset: () => end({ is: "idle" }) };
}
