"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import {
  currentPlace,
  type Place,
  type PlaceCounts,
  type PlaceGroup,
  type PlaceKey,
  type RailState,
  tabsFor,
  type Viewer,
} from "@/components/layout/places";
import { remember } from "@/components/layout/preferences";
import {
  ALWAYS_OPEN,
  cookieOf,
  FOLDS_COOKIE,
  type Folds,
  type RailGroup,
  railFor,
} from "@/components/layout/rail-groups";
import { useRailState } from "@/components/layout/use-rail-state";
import { Icon } from "@/components/ui/icon";

function RailLink({
  place,
  isCurrent,
  count,
}: {
  place: Place;
  isCurrent: boolean;
  count: number | undefined;
}) {
  const t = useTranslations("portal");
  return (
    <li>
      <Link
        href={place.href}
        prefetch={false}
        aria-current={isCurrent ? "page" : undefined}
        title={t(`places.${place.key}`)}
        className={`flex h-bar items-center gap-3 border-l-[3px] [@media(max-height:960px)]:h-[26px] px-[13px] text-control drawn:px-[13px] ${isCurrent ? "border-accent font-semibold text-ink" : "border-transparent text-ink-2 hover:text-ink"}`}
      >
        <Icon name={place.icon} className={isCurrent ? "text-accent" : ""} />
        <span className="facts:inline sr-only facts:not-sr-only">{t(`places.${place.key}`)}</span>
        {count === undefined || count === 0 ? null : (
          <span className="ml-auto hidden text-ink-2 facts:inline">{count}</span>
        )}
      </Link>
    </li>
  );
}

interface GroupProps extends RailGroup {
  readonly current: PlaceKey | undefined;
  readonly counts: PlaceCounts;
}

function Links(props: Omit<GroupProps, "isOpen"> & { id?: string; className?: string }) {
  const t = useTranslations("portal.places.groups");
  const { group, places, current, counts, ...rest } = props;
  return (
    <ul aria-label={t(group)} {...rest}>
      {places.map((place) => (
        <RailLink key={place.key} place={place} isCurrent={place.key === current} count={counts[place.key]} />
      ))}
    </ul>
  );
}

/**
 * A group whose heading folds it. Folded, the heading has what waits inside and is marked for the page that is shown. Where
 * scripts do not run it is always unfolded.
 */
function FoldedGroup({ isOpen, onTurn, ...of }: GroupProps & { onTurn: (isOpen: boolean) => void }) {
  const t = useTranslations("portal.places.groups");
  const id = useId();
  const { group, places, current, counts } = of;
  const waiting = isOpen ? 0 : places.reduce((sum, { key }) => sum + (counts[key] ?? 0), 0);
  const isHere = !isOpen && places.some(({ key }) => key === current);
  return (
    <>
      <button
        type="button"
        title={t(group)}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => onTurn(!isOpen)}
        className={`flex h-[26px] w-full cursor-pointer items-center gap-3 border-l-[3px] px-[13px] text-left text-note ${isHere ? "border-accent font-semibold text-ink" : "border-transparent text-ink-2 hover:text-ink"}`}
      >
        <Icon name={isOpen ? "down" : "right"} />
        <span className="facts:inline sr-only facts:not-sr-only">{t(group)}</span>
        {waiting === 0 ? null : <span className="ml-auto hidden text-ink-2 facts:inline">{waiting}</span>}
      </button>
      <Links {...of} id={id} className={isOpen ? "" : "hidden noscript:block"} />
    </>
  );
}

/**
 * The places at the left, closer together on a low screen: words from 1100 pixels on, icons from 720; below that the tab
 * bar takes over. Groups fold, and stay as the person left them.
 */
export function Rail(props: { viewer: Viewer; state: RailState; folds: Folds }) {
  const t = useTranslations("portal");
  const counts = useRailState(props.state);
  const [folds, setFolds] = useState(props.folds);
  const groups = railFor(props.viewer);
  const current = currentPlace(
    groups.flatMap(({ places }) => places),
    usePathname(),
  );
  const turn = (group: PlaceGroup, isOpen: boolean) => {
    const next = { ...folds, [group]: isOpen };
    setFolds(next);
    remember(FOLDS_COOKIE, cookieOf(next));
  };
  return (
    <nav aria-label={t("places.label")}>
      {groups.map(({ group, places, isOpen }) => {
        const of = { group, places, current, counts };
        const isShown = folds[group] ?? (isOpen || places.some(({ key }) => key === current));
        return (
          <div
            key={group}
            className="border-line border-t py-2 first:border-t-0 [@media(max-height:960px)]:py-1"
          >
            {ALWAYS_OPEN.includes(group) ? (
              <Links {...of} />
            ) : (
              <FoldedGroup {...of} isOpen={isShown} onTurn={(next) => turn(group, next)} />
            )}
          </div>
        );
      })}
    </nav>
  );
}

/** The number of unread notifications, at the head of a narrow screen. */
export function Bell({ state }: { state: RailState }) {
  const t = useTranslations("portal");
  const { notifications: count = 0 } = useRailState(state);
  return (
    <Link
      href="/notifications"
      prefetch={false}
      aria-label={t("bell", { count })}
      className="relative flex size-touch items-center justify-center text-ink-2 tablet:hidden"
    >
      <Icon name="bell" />
      {count === 0 ? null : (
        <span className="absolute top-1 left-6 min-w-4 rounded-[8px] bg-accent px-1 text-center font-medium text-note text-on-accent">
          {count > 99 ? "99+" : count}
        </span>
      )}
    </Link>
  );
}

const IN_BAR = 4;
const MARKED = "border-accent font-semibold text-accent";
const UNMARKED = "border-transparent text-ink-2";

/** "More" is marked for a page that has no place in the bar; the fourth place has none on the narrowest screens only. */
function moreLook(currentAt: number): string {
  if (currentAt >= IN_BAR || currentAt === -1) return MARKED;
  if (currentAt < IN_BAR - 1) return UNMARKED;
  return `${MARKED} min-[24rem]:border-transparent min-[24rem]:font-normal min-[24rem]:text-ink-2`;
}

/**
 * The same places at the foot of a narrow screen: four, and the rest behind "More". Below 384 pixels four German names are
 * too long for the bar, so the fourth is behind "More" too.
 */
export function TabBar({ viewer }: { viewer: Viewer }) {
  const t = useTranslations("portal");
  const path = usePathname();
  const places = tabsFor(viewer);
  const current = currentPlace(places, path);
  const currentAt = places.findIndex(({ key }) => key === current);
  const item =
    "flex h-full flex-col items-center justify-center gap-1 border-t-[3px] px-px min-[24rem]:px-1 text-note";
  return (
    <nav
      aria-label={t("places.label")}
      className="fixed inset-x-0 bottom-0 z-header border-line-2 border-t bg-paper tablet:hidden print:hidden"
    >
      <ul className="grid h-[58px] auto-cols-auto grid-flow-col">
        {places.slice(0, IN_BAR).map((place, at) => (
          <li
            key={place.key}
            className={at < IN_BAR - 1 ? "min-w-[44px]" : "hidden min-w-[44px] min-[24rem]:block"}
          >
            <Link
              href={place.href}
              prefetch={false}
              aria-current={place.key === current ? "page" : undefined}
              className={`${item} ${place.key === current ? MARKED : UNMARKED}`}
            >
              <Icon name={place.icon} />
              <span className="max-w-full truncate">{t(`places.${place.key}`)}</span>
            </Link>
          </li>
        ))}
        <li className="min-w-[44px]">
          <details key={path} className="h-full">
            <summary
              aria-current={currentAt >= IN_BAR || currentAt === -1 ? "true" : undefined}
              className={`${item} cursor-pointer list-none ${moreLook(currentAt)}`}
            >
              <Icon name="menu" />
              {t("more")}
            </summary>
            <ul className="absolute inset-x-0 bottom-full max-h-[calc(100dvh-116px)] overflow-y-auto border-line-2 border-y bg-paper py-2">
              {places.slice(IN_BAR - 1).map((place, at) => (
                <li key={place.key} className={at === 0 ? "min-[24rem]:hidden" : undefined}>
                  <Link
                    href={place.href}
                    prefetch={false}
                    aria-current={place.key === current ? "page" : undefined}
                    className={`flex min-h-touch items-center gap-3 px-4 text-body ${place.key === current ? "font-semibold" : "text-ink-2"}`}
                  >
                    <Icon name={place.icon} />
                    {t(`places.${place.key}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </details>
        </li>
      </ul>
    </nav>
  );
}
