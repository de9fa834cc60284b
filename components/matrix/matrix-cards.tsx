"use client";

import { Fragment, useMemo, useRef } from "react";
import { useNow } from "@/components/time/now";
import { countWords } from "@/components/ui/count-words";
import type { MatrixProps } from "./matrix";
import { sectionAt, sectionsOf } from "./matrix-sections";
import { ServiceCard } from "./service-card";
import { StartTime } from "./start-time";
import { useServiceWindow } from "./use-service-window";

const topbarHeight = 48;
const projectHeight = 44;
/** A first guess, until a card has been measured. */
const cardHeight = 112;

/** The matrix on a phone: one card a service, under its project. */
export function MatrixCards(props: MatrixProps & { columns: string[] }) {
  const { projects, total, columns, rowAt } = props;
  const body = useRef<HTMLUListElement>(null);
  const now = useNow(30_000);
  const sections = useMemo(() => sectionsOf(projects), [projects]);
  const isFirst = (index: number) => sectionAt(sections, index)?.firstService === index;
  const services = useServiceWindow({
    body,
    count: total,
    heightAt: (index) => cardHeight + (isFirst(index) ? projectHeight : 0),
    coveredTop: topbarHeight + projectHeight,
    onRange: props.onRange,
  });

  return (
    <ul
      ref={body}
      className="cards"
      style={{ height: services.heightPx }}
      aria-label={props.label ?? "Services and environments"}
    >
      {sections.map((section, place) => {
        const top = services.topOf(section.firstService);
        const next = sections[place + 1];
        const bottom = next ? services.topOf(next.firstService) : services.heightPx;
        const end = section.firstService + section.project.services;
        return (
          <li key={section.project.name} className="cards__section" style={{ top, height: bottom - top }}>
            <h2 className="cards__project">
              <b>{section.project.name}</b>
              <span className="muted">
                {countWords(section.project.services)} {section.project.services === 1 ? "service" : "services"}
              </span>
              <ProjectState project={section.project} />
            </h2>
            <ul>
              {services.items
                .filter((item) => item.index >= section.firstService && item.index < end)
                .map((item) => (
                  <li
                    key={item.index}
                    ref={services.measure}
                    data-index={item.index}
                    className="cards__item"
                    style={{
                      transform: `translateY(${services.topOf(item.index) - top}px)`,
                      paddingTop: isFirst(item.index) ? projectHeight : 0,
                    }}
                  >
                    <ServiceCard
                      row={rowAt(item.index)}
                      project={section.project}
                      columns={columns}
                      now={now}
                      serviceHref={props.serviceHref}
                      promoteHref={props.promoteHref}
                    />
                  </li>
                ))}
            </ul>
          </li>
        );
      })}
    </ul>
  );
}

/** The environments that take nothing in, by name. */
function ProjectState({ project }: { project: MatrixProps["projects"][number] }) {
  const shut = project.environments.filter((environment) => environment.state !== "open");
  if (shut.length === 0) return null;
  return (
    <span className="push clip soft">
      {shut.map(({ name, state, opensAt }, index) => (
        <Fragment key={name}>
          {index > 0 ? ", " : ""}
          {name}{" "}
          {opensAt ? (
            <>
              opens <StartTime at={opensAt} />
            </>
          ) : (
            state
          )}
        </Fragment>
      ))}
    </span>
  );
}
