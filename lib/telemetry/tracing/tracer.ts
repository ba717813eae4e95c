import "server-only";

export type SpanKind = "server" | "client" | "internal";

export interface SpanStart {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly facts?: Readonly<Record<string, string | number>>;
  /** Value of the header `traceparent` that came with a call from another process. */
  readonly parent?: string | undefined;
  /** Id of the request that the span and its children belong to; that of the enclosing span by default. */
  readonly requestId?: string | undefined;
}

export interface OpenSpan {
  /** Runs `act`, whose spans are children of this one. */
  run<T>(act: () => T): T;
  end(error?: unknown): void;
}

/** Begins spans and sends them (otlp.ts). */
export interface Tracer {
  begin(start: SpanStart): OpenSpan;
  /** Headers that carry the running span to another process. */
  headers(): Readonly<Record<string, string>>;
  /** Sends the waiting spans, for at most `withinMs` milliseconds, and ends. */
  stop(withinMs: number): Promise<void>;
}
