"use client";

import { useEffect, useRef, useState } from "react";
import type { Target } from "@/components/client/api";
import { type Api, useApi } from "@/components/client/use-api";
import type { BodyOf } from "@/components/client/use-call-once";
import { useLeaveWarning } from "@/components/form/use-answers";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";
import { type PlannedRow, planRows, type RowPlan } from "@/lib/import/lists/plan-rows";
import { type Columns, type ListRow, readRows } from "@/lib/import/lists/read-rows";
import { type Outcome, runRows, type Sent } from "./run-rows";

/** One kind of list: its columns, what exists already, and the call that a new line makes. */
export interface ListSpec<O extends OperationSpec, B> {
  readonly columns: Columns;
  readonly call: Target<O>;
  readonly known: (api: Api) => Promise<RowPlan<B>>;
  readonly toBody: (line: B, reason: string) => BodyOf<O>;
  readonly sentOf: (answer: Answer<O>) => Sent;
}

type Phase = "empty" | "reading" | "planned" | "running" | "stopped" | "done";

export interface ListImport<B> {
  readonly phase: Phase;
  /** Name of the file that was read. */
  readonly name: string | undefined;
  readonly rows: readonly ListRow[];
  readonly planned: readonly PlannedRow<B>[];
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Why the file was not read, or the run stopped. */
  readonly failure: unknown;
  /** Seconds that the portal asked to wait. */
  readonly pause: number | undefined;
  choose(file: File): Promise<void>;
  start(reason: string): Promise<void>;
  stop(): void;
}

type Kept<B> = Omit<ListImport<B>, "choose" | "start" | "stop">;

/** How often a run shows its progress: a list of 10,000 lines takes a while to draw. */
const SHOW_MS = 250;
const NONE: ReadonlyMap<number, Outcome> = new Map();
const EMPTY = {
  ...{ name: undefined, failure: undefined, pause: undefined },
  rows: [],
  planned: [],
  outcomes: NONE,
};

/** Idempotency keys: a line that is sent again with the same reason keeps its key, so that it is carried out once. */
function useKeys() {
  const keys = useRef(new Map<string, string>());
  return {
    forget: () => keys.current.clear(),
    of: (line: number, reason: string): string => {
      const name = `${line} ${reason}`;
      const key = keys.current.get(name) ?? crypto.randomUUID();
      keys.current.set(name, key);
      return key;
    },
  };
}

/**
 * Reads a list, shows what each line would do, and sends the new lines. Before each start the lines are planned again
 * from what exists by then: so an import that stopped goes on where it ended, and one that ran changes nothing.
 */
export function useListImport<O extends OperationSpec, B>(spec: ListSpec<O, B>): ListImport<B> {
  const api = useApi();
  const keys = useKeys();
  const [kept, setKept] = useState<Kept<B>>({ phase: "empty", ...EMPTY });
  const running = useRef<AbortController>(undefined);
  const change = (next: Partial<Kept<B>>) => setKept((before) => ({ ...before, ...next }));
  useEffect(() => () => running.current?.abort(), []);
  useLeaveWarning(kept.phase === "running");

  const choose = async (file: File): Promise<void> => {
    keys.forget();
    change({ phase: "reading", ...EMPTY, name: file.name });
    try {
      const rows = readRows(new Uint8Array(await file.arrayBuffer()), spec.columns);
      change({ phase: "planned", rows, planned: planRows(rows, await spec.known(api)) });
    } catch (failure) {
      change({ phase: "empty", failure });
    }
  };

  const start = async (reason: string): Promise<void> => {
    const control = new AbortController();
    running.current = control;
    const outcomes = new Map([...kept.outcomes].filter(([, outcome]) => "sent" in outcome));
    let shownAt = performance.now();
    const end = (next: Partial<Kept<B>>) => change({ ...next, outcomes: new Map(outcomes) });
    change({ phase: "running", failure: undefined, outcomes });
    try {
      const planned = planRows(kept.rows, await spec.known(api));
      const isWrong = planned.some(({ what }) => what === "wrong");
      change(isWrong ? { planned, phase: "planned" } : { planned });
      if (isWrong) return;
      await runRows(planned, {
        send: async ({ line, body }) => {
          const input = { body: spec.toBody(body, reason), idempotencyKey: keys.of(line, reason) };
          return spec.sentOf(await api.call(spec.call, input as Parameters<typeof api.call<O>>[1]));
        },
        signal: control.signal,
        onOutcome: (line, outcome) => {
          outcomes.set(line, outcome);
          if (performance.now() - shownAt < SHOW_MS) return;
          shownAt = performance.now();
          change({ outcomes: new Map(outcomes) });
        },
        onPause: (pause) => change({ pause }),
      });
      end({ phase: control.signal.aborted ? "stopped" : "done" });
    } catch (failure) {
      end({ phase: "stopped", failure });
    }
  };

  return { ...kept, choose, start, stop: () => running.current?.abort() };
}
