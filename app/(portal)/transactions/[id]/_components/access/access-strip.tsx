"use client";

import { useTranslations } from "next-intl";
import { useOpeningHere } from "@/app/(portal)/transactions/[id]/_components/opening/opening-context";
import { AccessInForce, ViewTicks } from "@/components/domain/access-in-force";
import { useGrantWatch, type WatchedGrant } from "@/components/domain/grant-watch";
import { Countdown } from "@/components/ui/countdown";

/** Time and views left above the fields, where the facts stand below them. */
export function AccessStrip({ grant: initial, nowMs }: { grant: WatchedGrant; nowMs: number }) {
  const t = useTranslations("transactions.fields");
  const { opened } = useOpeningHere();
  const { grant, ended } = useGrantWatch(initial, opened.items.length > 0);
  if (ended !== undefined) return null;
  return (
    <div className="mb-6 border-amber border-t-[3px] pt-3 facts:hidden print:hidden">
      <p className="mb-2 font-semibold text-amber text-opened">
        {t.rich("left", { time: () => <Countdown until={grant.not_after} nowMs={nowMs} /> })}
      </p>
      <ViewTicks left={grant.views_left} all={grant.max_views} />
    </div>
  );
}

/** Time and views left of the reader's grant, followed closely while something is open. */
export function AccessHere({ grant, nowMs }: { grant: WatchedGrant; nowMs: number }) {
  const { opened } = useOpeningHere();
  const isOpened = opened.items.some((one) => one.grant?.id === grant.id);
  return <AccessInForce grant={grant} nowMs={nowMs} isOpened={isOpened} />;
}
