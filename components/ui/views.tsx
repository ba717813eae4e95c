import Link from "next/link";

export interface SavedView {
  readonly key: string;
  readonly label: string;
  readonly href: string;
  readonly count?: number;
}

/** Saved views of a list: links, the current one marked by bar and weight. They wrap on a phone, so that none is cut off. */
export function Views({
  label,
  views,
  current,
  isLong = false,
  isInBar = false,
}: {
  label: string;
  views: readonly SavedView[];
  current: string;
  /** For names too long for one row on a phone: they are shown below each other and may wrap. */
  isLong?: boolean;
  /** The surrounding bar has the line and the spacing, so this list has none. */
  isInBar?: boolean;
}) {
  const wraps = isLong ? "flex-wrap" : "flex-wrap tablet:flex-nowrap";
  return (
    <nav aria-label={label} className={`max-w-full overflow-x-auto ${isInBar ? "" : "mb-4"}`}>
      <ul className={`flex gap-x-5 border-line text-control ${isInBar ? "" : "border-b"} ${wraps}`}>
        {views.map((view) => {
          const isCurrent = view.key === current;
          return (
            <li key={view.key}>
              <Link
                href={view.href}
                prefetch={false}
                aria-current={isCurrent ? "page" : undefined}
                className={`inline-flex min-h-touch items-center gap-2 ${isLong ? "wrap-anywhere" : "whitespace-nowrap"} border-b-2 tablet:min-h-row ${isCurrent ? "border-accent font-semibold" : "border-transparent text-ink-2 hover:text-ink"}`}
              >
                {view.label}
                {view.count === undefined ? null : (
                  <span className="font-normal text-ink-3">{view.count}</span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
