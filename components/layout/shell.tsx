import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Find } from "@/components/layout/find";
import { LogFoot } from "@/components/layout/log-foot";
import { Mark } from "@/components/layout/mark";
import { PersonMenu } from "@/components/layout/person-menu";
import type { RailState, Viewer } from "@/components/layout/places";
import { Bell, Rail, TabBar } from "@/components/layout/rail";
import type { Folds } from "@/components/layout/rail-groups";

/** The signed-in frame: places at the left (foot on narrow screens), find and person at the top right. */
export function Shell(props: {
  viewer: Viewer;
  state: RailState;
  /** Groups of places that the person folded or unfolded. */
  folds: Folds;
  /** Account and sign-out. */
  personLinks: ReactNode;
  children: ReactNode;
}) {
  const t = useTranslations("portal");
  return (
    <div className="tablet:grid tablet:min-h-[calc(100dvh-28px)] tablet:grid-cols-[56px_minmax(0,1fr)] facts:grid-cols-[208px_minmax(0,1fr)] print:block">
      <div className="border-line border-b tablet:border-r tablet:border-b-0 tablet:bg-margin print:hidden">
        <div className="flex h-full flex-col tablet:sticky tablet:top-0 tablet:h-[calc(100dvh-28px)]">
          <Link
            href="/"
            prefetch={false}
            aria-label={t("homeLink")}
            className="flex h-header shrink-0 items-center gap-3 px-4 font-semibold text-body tracking-tight"
          >
            <Mark size={24} />
            <span className="tablet:sr-only facts:not-sr-only">{t("brand")}</span>
          </Link>
          <div className="hidden min-h-0 grow overflow-y-auto pt-2 tablet:block">
            <Rail viewer={props.viewer} state={props.state} folds={props.folds} />
          </div>
          <LogFoot state={props.state} />
        </div>
      </div>
      <div className="relative flex min-w-0 flex-col">
        <div className="absolute top-[-53px] right-2 z-header flex h-header items-center gap-1 tablet:top-0 tablet:right-6 print:hidden">
          <Find viewer={props.viewer} />
          <Bell state={props.state} />
          <PersonMenu viewer={props.viewer}>{props.personLinks}</PersonMenu>
        </div>
        {props.children}
      </div>
      <TabBar viewer={props.viewer} />
    </div>
  );
}
