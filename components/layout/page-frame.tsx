import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ApiCall } from "@/components/layout/api-call";
import { Unbroken } from "@/components/ui/unbroken";

export interface Crumb {
  readonly label: ReactNode;
  /** Absent for the page itself. */
  readonly href?: string;
}

/**
 * The frame of each signed-in page: breadcrumb, the API call with the same data, heading with one line, main,
 * and at the right a column with facts. `facts` moves below main on screens under 1100 pixels.
 */
export function PageFrame(props: {
  crumbs: readonly Crumb[];
  title: ReactNode;
  lead?: ReactNode;
  /** Controls at the right of the heading. */
  actions?: ReactNode;
  /** Method and path of the call this page makes, e.g. `GET /confidential/access/requests`. */
  apiCall?: { readonly method: string; readonly path: string; readonly body?: string };
  facts?: ReactNode;
  factsLook?: "facts" | "decision" | "drawer";
  children: ReactNode;
}) {
  const t = useTranslations("portal");
  const columns = props.facts === undefined ? "" : COLUMNS[props.factsLook ?? "facts"];
  const room = props.facts === undefined ? "pb-24 tablet:pb-16" : ROOM[props.factsLook ?? "facts"];
  const factsGround = GROUNDS[props.factsLook ?? "facts"];
  return (
    <>
      <div className="flex min-h-header items-center justify-between gap-x-4 border-line border-b px-4 py-1 tablet:px-8 tablet:pr-[300px] facts:pr-[450px] drawn:pr-[510px] print:hidden">
        <nav aria-label={t("breadcrumb")} className="min-w-0 [clip-path:inset(-6px)]">
          <ol className="-ml-5 flex flex-wrap items-center text-control">
            {props.crumbs.map((crumb, index) => (
              <li key={crumb.href ?? "here"} className="flex min-w-0 items-center">
                {/* A line begins with a name: its slash is left of the list, where it is cut off. */}
                <span aria-hidden="true" className="w-5 shrink-0 text-center text-ink-3">
                  {index === 0 ? "" : "/"}
                </span>
                {crumb.href === undefined ? (
                  <span aria-current="page" className="min-w-0 break-words">
                    <Unbroken>{crumb.label}</Unbroken>
                  </span>
                ) : (
                  <Link
                    href={crumb.href}
                    prefetch={false}
                    className="min-w-0 break-words text-ink-2 underline-offset-4 hover:underline"
                  >
                    <Unbroken>{crumb.label}</Unbroken>
                  </Link>
                )}
              </li>
            ))}
          </ol>
        </nav>
        {props.apiCall === undefined ? null : <ApiCall call={props.apiCall} />}
      </div>
      <div className={`grow facts:grid ${columns}`}>
        <main
          id="content"
          tabIndex={-1}
          className={`min-w-0 px-4 pt-6 outline-none tablet:px-8 print:p-0 ${room}`}
        >
          <div className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
            <div className="min-w-0 tablet:flex-[1_1_336px]">
              <h1 className="break-words font-semibold text-title tracking-tight">
                <Unbroken>{props.title}</Unbroken>
              </h1>
              {props.lead === undefined ? null : (
                <div className="mt-1 text-body text-ink-2">
                  <Unbroken>{props.lead}</Unbroken>
                </div>
              )}
            </div>
            {props.actions === undefined ? null : (
              <div className="flex w-full flex-wrap gap-2 tablet:w-auto print:hidden">{props.actions}</div>
            )}
          </div>
          {props.children}
        </main>
        {props.facts === undefined ? null : (
          <aside
            aria-label={t("facts")}
            className={`min-w-0 border-line border-t px-4 pt-6 pb-24 tablet:px-8 facts:border-t-0 facts:border-l facts:px-6 print:bg-transparent print:px-0 print:pb-0 ${factsGround}`}
          >
            {props.facts}
          </aside>
        )}
      </div>
    </>
  );
}

const GROUNDS = { facts: "", decision: "bg-margin", drawer: "bg-sheet" } as const;

/** Room at the foot of main. With an open drawer a narrow screen shows only its heading. */
const ROOM = {
  facts: "pb-8 tablet:pb-16",
  decision: "pb-8 tablet:pb-16",
  drawer: "facts:pb-16",
} as const;

const COLUMNS = {
  facts: "facts:grid-cols-[minmax(0,1fr)_320px]",
  decision: "facts:grid-cols-[minmax(0,1fr)_372px]",
  drawer: "facts:grid-cols-[minmax(0,1fr)_368px] drawn:grid-cols-[minmax(0,1fr)_424px]",
} as const;
