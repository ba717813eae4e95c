import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { FindCall } from "@/app/developers/_components/find-call";
import type { operationsByTag } from "@/lib/api-client/openapi/reference";
import { TAGS, type Tag } from "@/lib/api-client/openapi/tags";

type Operations = ReturnType<typeof operationsByTag>[number]["operations"];

const LINK = "block break-words py-1 text-control underline-offset-4 hover:underline";

interface Shown {
  readonly current: Tag;
  readonly operations: Operations;
  /** The call that is shown, by its id. */
  readonly call?: string;
}

/** The calls of the part that is shown, by their names. */
function Calls({ current, operations, call }: Shown) {
  return (
    <ul className="mb-2 border-line-2 border-l pl-3">
      {operations.map(({ id, method, path }) => (
        <li key={id}>
          <Link
            href={`/developers/${current.slug}/${id}`}
            prefetch={false}
            title={`${method} ${path}`}
            aria-current={id === call ? "page" : undefined}
            className={`${LINK} font-mono text-note ${id === call ? "font-semibold" : "text-ink-2"}`}
          >
            {id}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Contents(shown: Shown) {
  const { current, call } = shown;
  return (
    <ul lang="en">
      {TAGS.map((tag) => (
        <li key={tag.slug}>
          <Link
            href={`/developers/${tag.slug}`}
            prefetch={false}
            aria-current={tag === current && call === undefined ? "page" : undefined}
            className={`${LINK} ${tag === current ? "font-semibold" : "text-ink-2"}`}
          >
            {tag.name}
          </Link>
          {tag === current ? <Calls {...shown} /> : null}
        </li>
      ))}
    </ul>
  );
}

/**
 * Shows a part of the reference with the table of contents of the whole: on the left of a wide screen, folded above the
 * part on a narrow one. The contents list the calls of the current part only.
 */
export function PartFrame({ children, ...shown }: Shown & { readonly children: ReactNode }) {
  const t = useTranslations("developers");
  const contents = <Contents {...shown} />;
  return (
    <div className="gap-x-10 facts:grid facts:grid-cols-[190px_minmax(0,1fr)]">
      <div className="min-w-0">
        <details className="mb-6 border-line border-y py-2 facts:hidden">
          <summary className="inline-flex min-h-touch cursor-pointer items-center text-control underline underline-offset-4">
            {t("parts")}
          </summary>
          <nav aria-label={t("parts")} className="pt-2">
            {contents}
          </nav>
        </details>
        <nav
          aria-label={t("parts")}
          className="hidden facts:sticky facts:top-6 facts:block facts:max-h-[calc(100dvh-3rem)] facts:overflow-y-auto"
        >
          {contents}
        </nav>
      </div>
      <div className="min-w-0">
        <search className="mb-8 block">
          <FindCall />
        </search>
        {children}
      </div>
    </div>
  );
}

/** Links back to the list of calls, and notes the language of the reference. */
export function BackToCalls() {
  const t = useTranslations("developers");
  return (
    <p className="mt-2">
      <Link
        href="/developers"
        prefetch={false}
        className="inline-flex min-h-[24px] items-center text-accent underline underline-offset-4"
      >
        {t("back")}
      </Link>
      <span className="mt-2 block text-control tablet:mt-0 tablet:ml-4 tablet:inline">{t("english")}</span>
    </p>
  );
}
