import type { ReactNode } from "react";
import { LiveRefresh } from "@/components/client/live-refresh";
import { PageFrame } from "@/components/layout/page-frame";
import { ProblemPage } from "@/components/layout/problem-page";
import type { OperationSpec } from "@/lib/api-client/operation";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { loadPage } from "@/lib/http/pages/page";
import type { WatchedKind } from "@/lib/word-lists";
import { idOf, type Params } from "./list-query";

/** What the parts of a page get: the record that was read, and the page's parameters. */
export interface Shown<R> {
  readonly id: string;
  readonly value: R;
  readonly principal: Principal;
  /** Parameters of the address. */
  readonly params: Params;
  readonly nowMs: number;
}

interface Above {
  readonly label: string;
  readonly href: string;
}

export interface RecordSpec<R> {
  readonly operation: OperationSpec;
  readonly load: (cx: Context, id: string) => Promise<R>;
  /** Title of the browser's tab. */
  readonly title: () => Promise<string>;
  /** The list that the record is in, after the place that the list is in. */
  readonly above: () => Promise<Above | readonly [Above, Above]>;
  readonly heading: (page: Shown<R>) => Promise<{
    /** The last link of the breadcrumb. */
    readonly crumb: ReactNode;
    readonly title: ReactNode;
    readonly lead?: ReactNode;
  }>;
  readonly actions?: (page: Shown<R>) => ReactNode;
  readonly facts?: (page: Shown<R>) => ReactNode;
  readonly factsLook?: (page: Shown<R>) => "facts" | "decision";
  readonly live?: readonly WatchedKind[];
  /** Id of the record whose changes the page follows, if it is not the page's own. */
  readonly liveId?: (value: R) => string;
  readonly content: (page: Shown<R>) => ReactNode;
}

interface PageInput {
  readonly params: Promise<{ readonly id: string }>;
  readonly searchParams: Promise<Params>;
}

/** A page that shows one record of the API by its id. */
export function recordPage<R>(spec: RecordSpec<R>) {
  const { operation } = spec;
  return {
    generateMetadata: async () => ({ title: await spec.title() }),
    render: async ({ params: place, searchParams }: PageInput) => {
      const [id, params] = [idOf(await place), await searchParams];
      const path = operation.path.replace("{id}", id);
      const result = await loadPage(operation, path, (cx) => spec.load(cx, id));
      const above = [await spec.above()].flat();
      const [list = { label: "", href: "/" }] = above.slice(-1);
      if (!result.ok) return <ProblemPage problem={result.problem} section={list} />;
      const { value, principal } = result;
      const page: Shown<R> = { id, value, principal, params, nowMs: Date.now() };
      const { crumb, title, lead } = await spec.heading(page);
      return (
        <PageFrame
          crumbs={[...above, { label: crumb }]}
          title={title}
          lead={lead}
          actions={spec.actions?.(page)}
          apiCall={{ method: "GET", path }}
          facts={spec.facts?.(page)}
          factsLook={spec.factsLook?.(page) ?? "facts"}
        >
          {spec.live === undefined ? null : (
            <LiveRefresh kinds={spec.live} id={spec.liveId?.(page.value) ?? id} />
          )}
          {spec.content(page)}
        </PageFrame>
      );
    },
  };
}
