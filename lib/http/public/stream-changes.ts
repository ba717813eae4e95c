import "server-only";
import type { Context } from "@/lib/context/context";
import { utf8 } from "@/lib/crypto/bytes";
import type { RawReply } from "@/lib/http/endpoint/bind";
import type { LiveHub, Subscriber } from "@/lib/live/hub";
import { getRuntime } from "@/lib/runtime/slot";
import { DomainError } from "@/lib/errors";

/** The functions by which a stream writes. */
type Sink = Omit<Subscriber, "principal" | "sessionId" | "since">;

/**
 * Sends the changes that the caller may know of, until the returned function is called. Only for signed-in people: a
 * program asks by calls, so that a thief of a key cannot listen. `ageMs` is how long ago the listening page was
 * requested.
 */
function followChanges(cx: Context, hub: LiveHub, sink: Sink, ageMs?: number): () => void {
  const { principal } = cx;
  if (principal.proof.kind !== "session") {
    throw new DomainError("auth.session-only", {
      detail: "Live updates are only for signed-in people. A program must repeat its call instead.",
    });
  }
  const since = ageMs === undefined ? {} : { since: cx.clock.nowMs() - ageMs };
  return hub.join({ ...sink, ...since, principal, sessionId: principal.proof.sessionId });
}

/**
 * A reader with more unread bytes than this has left or is too slow. Its stream ends; the browser reconnects and reads
 * everything again.
 */
const MAX_UNREAD = 500;
/** How long the browser waits before it comes back. */
const RETRY_MS = 1_000;

function eventText(name: string, data: unknown): Uint8Array {
  return utf8(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Writes a stream of server-sent events (HTML standard, section 9.2) onto a body. */
function sinkOf(body: ReadableStreamDefaultController<Uint8Array>): Sink {
  let isOpen = true;
  const end = (): void => {
    if (!isOpen) return;
    isOpen = false;
    try {
      body.close();
    } catch {
      // The reader has left already: a closed body refuses to be closed again.
    }
  };
  const write = (bytes: Uint8Array): void => {
    if (!isOpen) return;
    if ((body.desiredSize ?? 0) < -MAX_UNREAD) end();
    else body.enqueue(bytes);
  };
  write(utf8(`retry: ${RETRY_MS}\n\n`));
  return {
    change: (change) => write(eventText("change", change)),
    signal: (signal) => write(eventText(signal, {})),
    beat: () => write(eventText("beat", {})),
    end,
  };
}

/** Live updates of the caller's requests, grants, disputes and transactions as server-sent events. */
export async function streamChanges(
  cx: Context,
  query: { readonly age?: number | undefined } = {},
  given?: LiveHub,
): Promise<RawReply> {
  const hub = given ?? (await getRuntime()).live;
  let leave: () => void = () => undefined;
  let refusal: unknown;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      try {
        leave = followChanges(cx, hub, sinkOf(controller), query.age);
      } catch (error) {
        refusal = error;
        controller.close();
      }
    },
    cancel: () => leave(),
  });
  if (refusal !== undefined) throw refusal;
  // The last header keeps nginx from collecting the stream before it passes it on.
  return {
    response: new Response(body, {
      headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" },
    }),
  };
}
