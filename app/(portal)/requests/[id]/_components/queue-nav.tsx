"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useKeys } from "@/components/client/use-keys";
import { Icon } from "@/components/ui/icon";
import type { ReviewView } from "@/lib/access/review/schema";

const LINK = "inline-flex min-h-touch items-center gap-2 px-1 text-ink-2 hover:text-ink tablet:min-h-bar";

function Cap({ children }: { children: string }) {
  return (
    <span
      aria-hidden="true"
      className="hidden rounded-field border border-edge px-1 text-note leading-4 tablet:inline"
    >
      {children}
    </span>
  );
}

/** Moves through the requests that wait for the reader, by due date: k for the previous one, j for the next. */
export function QueueNav({ queue }: { queue: ReviewView["queue"] }) {
  const t = useTranslations("review");
  const router = useRouter();
  const go = (id: string | undefined) => () => {
    if (id !== undefined) router.push(`/requests/${id}`);
  };
  useKeys({ k: go(queue.previous), j: go(queue.next) });
  if (queue.total === 0) return null;
  return (
    <nav aria-label={t("queue.label")} className="flex items-center gap-3 text-control">
      {queue.previous === undefined ? null : (
        <Link
          href={`/requests/${queue.previous}`}
          prefetch={false}
          className={LINK}
          aria-label={t("queue.previous")}
        >
          <Icon name="back" />
          <Cap>k</Cap>
        </Link>
      )}
      <span className="text-ink-2">
        {queue.position === undefined
          ? t("queue.waiting", { count: queue.total })
          : t("queue.position", { position: queue.position, total: queue.total })}
      </span>
      {queue.next === undefined ? null : (
        <Link href={`/requests/${queue.next}`} prefetch={false} className={LINK} aria-label={t("queue.next")}>
          <Cap>j</Cap>
          <Icon name="arrow" />
        </Link>
      )}
    </nav>
  );
}
