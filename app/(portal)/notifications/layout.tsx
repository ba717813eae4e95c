import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function NotificationsLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["notify"]}>{children}</Words>;
}
