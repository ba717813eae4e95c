import Link from "next/link";
import type { ReactNode } from "react";
import { type ButtonLook, type ButtonSize, buttonClass } from "@/components/ui/button";
import { Icon, type IconName } from "@/components/ui/icon";

/** A link that looks like a control. One primary a page. `isDownload` and other origins use a plain link. */
export function ButtonLink(props: {
  href: string;
  look: ButtonLook;
  size?: ButtonSize;
  icon?: IconName;
  isDownload?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const className = `${buttonClass(props.look, props.size)} ${props.className ?? ""}`;
  const inside = (
    <>
      {props.icon === undefined ? null : <Icon name={props.icon} />}
      {props.children}
    </>
  );
  const isPlain = props.isDownload === true || !props.href.startsWith("/") || props.href.includes(".json");
  if (isPlain)
    return (
      <a href={props.href} download={props.isDownload === true ? true : undefined} className={className}>
        {inside}
      </a>
    );
  return (
    <Link href={props.href} className={className} prefetch={false}>
      {inside}
    </Link>
  );
}
