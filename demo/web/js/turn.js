// @ts-check
// One source after the other: what an older one still brings is not wanted any longer.

export class Turn {
  constructor() {
    this.over = false;
  }

  end() {
    this.over = true;
  }

  /** An answer that comes in time. Who waits for one that comes later, or fails later, waits for ever: nothing of what was to be
   * done with it is done. @template T @param {Promise<T>} answer
   * @param {(late: T) => void} [drop] lets go of a late answer that holds a device or much memory
   * @returns {Promise<T>} */
  wanted(answer, drop = () => {}) {
    return new Promise((resolve, reject) => {
      answer.then((came) => (this.over ? drop(came) : resolve(came)), (error) => this.over || reject(error));
    });
  }
}
