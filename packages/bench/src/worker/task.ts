/** Work that goes on as long as it is asked to. */
export interface Task {
  /** Does `count` units of work. @returns how many images went through. */
  turn(count: number): Promise<number>;
}
