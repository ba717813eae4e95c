import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function NoticesLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["notices"]}>{children}</Words>;
}
