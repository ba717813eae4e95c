import { cleanup, configure, queries, type RenderResult, render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import {
  PathnameContext,
  SearchParamsContext,
} from "next/dist/shared/lib/hooks-client-context.shared-runtime";
import { NextIntlClientProvider } from "next-intl";
import type { ComponentProps, ReactNode } from "react";
import { afterEach, onTestFinished } from "vitest";
// A page loads the dialogs of its acts later; in tests they are there from the start.
import "@/components/act/act-dialog";
import { Providers } from "@/components/client/providers";
import { CATALOGUES, type Language } from "@/components/messages/catalogue";

// A watchdog, as those of vitest.config.ts.
configure({ asyncUtilTimeout: 60_000 });
afterEach(cleanup);

/** What a component asked of the router, in order: `["push", "/requests"]`, `["refresh"]`. */
export type Moves = readonly (readonly string[])[];

type Router = NonNullable<ComponentProps<typeof AppRouterContext.Provider>["value"]>;

function recordingRouter(moves: (readonly string[])[]): Router {
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void => {
      moves.push([name, ...args.filter((arg) => typeof arg === "string")]);
    };
  return Object.assign({} as Router, {
    back: note("back"),
    forward: note("forward"),
    refresh: note("refresh"),
    push: note("push"),
    replace: note("replace"),
    prefetch: () => undefined,
  });
}

export interface Shown extends RenderResult {
  readonly user: UserEvent;
  readonly moves: Moves;
}

/** Renders a client component with what a page gives it: texts, time zone, cache, router and address. */
export function show(
  component: ReactNode,
  options: { readonly language?: Language; readonly address?: string } = {},
): Shown {
  const { language = "en", address = "/" } = options;
  const { pathname, searchParams } = new URL(address, "https://portal.example");
  const moves: (readonly string[])[] = [];
  const router = recordingRouter(moves);
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <NextIntlClientProvider locale={language} messages={CATALOGUES[language]} timeZone="UTC">
      <Providers>
        <AppRouterContext.Provider value={router}>
          <PathnameContext.Provider value={pathname}>
            <SearchParamsContext.Provider value={searchParams}>{children}</SearchParamsContext.Provider>
          </PathnameContext.Provider>
        </AppRouterContext.Provider>
      </Providers>
    </NextIntlClientProvider>
  );
  return { user: userEvent.setup(), moves, ...render(component, { wrapper, queries }) };
}

/** One call that a component made. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
  /** Whether the browser carries the call out when the page is left at once. */
  readonly outlivesPage: boolean;
}

/** The portal's answer; `"lost"` means no answer. */
export type Reply = { readonly status: number; readonly json: unknown } | "lost";

/** Returns a problem document as the portal writes it. */
export function problem(status: number, code: string, members: object = {}): Reply {
  return { status, json: { status, code, title: code, detail: "", request_id: "req-1", ...members } };
}

/** Answers calls to the portal instead of a network, and records them. The network is restored after the test. */
export function answerCalls(reply: (asked: Asked) => Reply | Promise<Reply>): readonly Asked[] {
  const calls: Asked[] = [];
  const network = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(new URL(String(input), "https://portal.example"), init);
    const text = await request.text();
    const { pathname, search } = new URL(request.url);
    const asked = {
      method: request.method,
      path: pathname + search,
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
      outlivesPage: init?.keepalive === true,
    };
    calls.push(asked);
    const answer = await reply(asked);
    if (answer === "lost") throw new TypeError("Failed to fetch");
    return Response.json(answer.json, { status: answer.status, headers: { "x-request-id": "req-1" } });
  };
  onTestFinished(() => {
    globalThis.fetch = network;
  });
  return calls;
}
