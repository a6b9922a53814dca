// What every player of clips needs, at the desk and on the touchscreen.

export const speeds = [1, 0.5, 0.25, 0.1];

/** Seconds from a picture to the next, until two have told how far apart they are. */
export const usualFrame = 1 / 30;

/** Calls `found` when the film's length is known. A recorder that could not go back leaves it open: going far beyond the end makes the browser find it. */
export function findLength(video, found) {
  video.addEventListener('loadedmetadata', () => {
    if (video.duration !== Infinity) {
      found();
      return;
    }
    video.addEventListener('durationchange', found, { once: true });
    video.currentTime = 1e7;
  });
}

/** Tells `heard` how many seconds two pictures are apart, while the film runs and for as long as `shown` says that it is looked at. */
export function measureFrames(video, shown, heard) {
  let last = null;
  const look = (_, { mediaTime }) => {
    const apart = mediaTime - (last ?? mediaTime);
    if (!video.paused && apart > 0.002 && apart < 0.2) heard(apart);
    last = mediaTime;
    if (shown()) video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback?.(look);
}
