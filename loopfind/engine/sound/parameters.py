"""Tuned numbers of the search for repeats in sound."""

TICK = 0.04
"""Seconds of one tick: what a frame is to a picture, a tick is to a sound where runs are joined. By definition."""

SOUND_FRAME = 0.01
"""Seconds of a frame of a file without pictures, as it is reported. By definition."""

NEAREST_LAG = 0.5
"""Seconds, the shortest lag that is looked at: nearer than this, a beat or a vowel is simply like itself. Held by
`benchmarks/sounds.py`."""

# Whitening

WHITE_BLOCK = 512
"""Samples of a block that is made white, 46 ms: shorter than a syllable, longer than a period of a voice. Held by
`benchmarks/sounds.py`."""

SMOOTH_BLOCKS = 5
"""Blocks, half overlapping, to either side whose spectra make the envelope that is divided by. Held by
`benchmarks/sounds.py`."""

SMOOTH_LINES = 2
"""Lines of the spectrum to either side that do. Held by `benchmarks/sounds.py`."""

FLOOR = 0.03
"""Share of the level thereabouts below which nothing is made louder: there the codec is heard alone. Held by
`benchmarks/sounds.py`."""

WHITENESS = 0.75
"""Power of the envelope that is divided by: 1 makes every part of the spectrum as loud as any other, and noise that
lies under the softer ones with them. Held by `benchmarks/sounds.py`."""

SILENCE = 10.0
"""Root mean square of samples, of 32768, at which a sound is half silent: -70 dB. Held by `benchmarks/sounds.py`."""

BAND = (200.0, 4000.0)
"""Hertz between which sounds are compared: what every codec keeps. Held by `benchmarks/sounds.py`."""

# Candidates

SOUND_WORD_APART = 6
"""Hops between the two codes that make one word of 64 bits: neighbouring codes share most of their window. Held by
`benchmarks/sounds.py`."""

CORRELATED_SECONDS = 300.0
"""Seconds of sound up to which every stretch is correlated with every other, which finds what is masked by noise or by
other speech. The work grows with the square of the length. Held by `benchmarks/sounds.py`."""

CORRELATION_BLOCK = 60.0
"""Seconds of a stretch that is correlated with others as a whole. Held by `benchmarks/sounds.py`."""

CORRELATION_PEAK = 6.0
"""Standard deviations from which a correlation makes a candidate. Chance gives one in some hundred million lags. Held
by `benchmarks/sounds.py`."""

CORRELATION_LINES = 12
"""Candidates that two stretches may give. Held by `benchmarks/sounds.py`."""

WORD_LINES = (400, 8.0)
"""Lines to follow that codes led to, fixed and for each minute of sound. Held by `benchmarks/sounds.py`."""

# Following

FIND_WINDOW = 128
"""Samples, 11.6 ms, over which the agreement of two showings is measured. Held by `benchmarks/sounds.py`."""

END_WINDOW = 32
"""The same at the ends, 2.9 ms. Held by `benchmarks/sounds.py`."""

INDEPENDENT = 0.5
"""Share of the samples that count as independent. Held by `benchmarks/sounds.py`."""

REFINE = 0.04
"""Seconds by which the lag of a candidate may be off. Half a hop of the codes, and a little. Held by
`benchmarks/sounds.py`."""

LEAST_CORRELATION = 0.3
"""Correlation along a run below which it is none. Strangers reach 0.08. Held by `benchmarks/sounds.py`."""

MASKED = 4.0
"""Nats that a window may speak against a run: a showing may be drowned by another sound for half a second. Held by
`benchmarks/sounds.py`."""

GIVEN_UP = 250.0
"""Nats that may speak against a run from its best end on before it is not followed further: some two seconds of another
sound. Held by `benchmarks/sounds.py` and `tests/test_sound_repeats.py`."""

LEAST_SCORE = 60.0
"""Nats that a run must have in its favour. Held by `benchmarks/sounds.py`."""

SHORTEST = 0.5
"""Seconds, the shortest run that is claimed. Held by `benchmarks/sounds.py`."""

SAME_LAG = 0.005
"""Seconds by which two lags may differ and be one. Held by `benchmarks/sounds.py`."""

SAME_SHARE = 0.5
"""Share of the shorter of two runs that both cover when they are one that was found twice. Held by
`tests/test_sound_repeats.py`."""

MOST_FOLLOWED = (80, 1.0)
"""Candidates that are followed in vain, fixed and for each minute of sound. Held by `benchmarks/sounds.py`."""

FOUND_ALLOWS = 4
"""Times as many candidates as MOST_FOLLOWED that are followed at the most: those that lead to a run are not counted,
so that where much comes again all of it is found. Held by `tests/test_sound_repeats.py`."""

ROUND_SHARE = 0.9
"""Share of its lag that a run must last for the sound to go round. Held by `tests/test_sound_repeats.py`."""

MOST_TURNS_AT_ONCE = 12
"""Turns of a loop that the lag of a run may be, of which the period is looked for. Held by
`tests/test_sound_repeats.py`."""

ROUND_AGREES = 0.8
"""Share of the correlation at several turns that there must be at one. Held by `tests/test_sound_repeats.py`."""

# Claims

CLAIM_WEIGHTS = (-26.0, 34.0, 4.0, 2.0)
"""Log odds that a run is one recording shown twice: at nothing, for its peak, for its contrast, and for each doubling
of its seconds up to four. Held by `benchmarks/sounds.py`."""

CLAIMED = 0.5
"""Confidence from which a run is claimed. Held by `benchmarks/sounds.py`."""

LEAST_SOUND_CONTRAST = 0.15
"""Contrast of a run that is claimed at the least: a held note agrees with itself at every lag. Held by
`benchmarks/sounds.py`."""

SHORTEST_CLAIM = 0.9
"""Seconds of the shortest run that is claimed: studios use one recording of a step or of a blow again. Held by
`benchmarks/sounds.py`."""

OVERSHADOWED = 0.6
"""Seconds by which the lags of two runs over the same sound may differ for the better one to explain the other: a chord
agrees with itself a few periods beside its lag too. Held by `benchmarks/sounds.py`."""

# Rhythm

RHYTHM_STEP = 2.1
"""Seconds, the longest step of a rhythm: a bar of fast music. What goes round more slowly is a loop. Held by
`benchmarks/sounds.py`."""

COMB_CONTRAST = 0.6
"""Contrast up to which a run may be of a comb: notes and beats agree with themselves beside their lag too. Held by
`benchmarks/sounds.py`."""

COMB_LAGS = 5
"""Different lags that make a rhythm at the least. Held by `benchmarks/sounds.py`."""

COMB_SHARE = 0.7
"""Share of the lags of coherent runs that lie on the comb of a rhythm. Held by `benchmarks/sounds.py`."""

COMB_NATS = 10.0
"""Nats that speak against chance where lags lie on a comb. Held by `benchmarks/sounds.py`."""

COHERENT = 0.4
"""Peak from which a run, claimed or not, counts for a rhythm. Held by `benchmarks/sounds.py`."""

RHYTHM_LENGTH = 8.0
"""Seconds up to which a run on the comb of a rhythm is of the rhythm: a phrase that a machine plays again. Held by
`benchmarks/sounds.py`."""

LOOP_OVER_RHYTHM = 0.15
"""Correlation by which a loop must agree better than the steps of the rhythm in it. Held by `benchmarks/sounds.py`."""

# Coverage

HEARD_SHARE = 0.5
"""Share of the moments of a stretch that must be heard for it to be judged. Held by `benchmarks/sounds.py`."""

LONG_STRIDE = 30
"""Seconds of which one is looked at in a sound that is longer than CORRELATED_SECONDS. Held by
`benchmarks/sounds.py`."""

STEADY = 0.6
"""Correlation with itself a little later from which a sound is steady, like hum, and no lag stands out. Held by
`benchmarks/sounds.py`."""

PROMISED = 2.0
"""Seconds from which a plain repeat of what is heard is found. Held by `benchmarks/sounds.py`."""

PROMISED_BY_CODES = 3.0
"""The same where only codes are compared, in a sound that is longer than CORRELATED_SECONDS. Held by
`benchmarks/sounds.py`."""

# Across files

FILE_SILENCE = 3.0
"""Seconds of silence between two files on one timeline: more than a run goes on through what contradicts it. Held by
`benchmarks/sounds.py`."""

# Beside pictures

APART_SECONDS = 0.5
"""Seconds within which the sound of a repeat is looked for beside its picture. Held by `benchmarks/sounds.py`."""

TOGETHER_SLACK = 0.02
"""Seconds by which sound and picture may lie apart and be together, half a frame besides. Held by
`benchmarks/sounds.py`."""

CHROMAPRINT_APART = 4
"""Items between the two that make one word of 64 bits: neighbours share nearly all of their window. Held by
`benchmarks/sound_library.py`."""

# In a library

INDEX_HOPS = 4
"""Codes of a stored sound, of which one has its word in the index. Held by `benchmarks/sound_library.py`."""

LOOSER_BITS = 5
"""First bits of a key fewer that must agree where a short sound is looked up: noise and voices leave few words that are
equal, and a short sound asks few questions. Held by `benchmarks/sound_library.py`."""

FEWEST_MET = 2
"""Words that must lie at one lag for it to be looked at. Held by `benchmarks/sound_library.py`."""

MOST_MET_PLACES = 400
"""Places at which a sound is compared with stored codes. Held by `benchmarks/sound_library.py`."""

ALIKE_CODES = 0.4
"""Share of wrong bits up to which codes speak for a place; strangers have half of them wrong. Held by
`benchmarks/sound_library.py`."""

SHORTEST_BY_CODES = 0.9
"""Seconds of the shortest stretch whose samples are looked at. Held by `benchmarks/sound_library.py`."""

MOST_PROVED = (200, 6)
"""Files whose samples are looked at: of those whose codes are clear, and of others. Of 200 clips whose codes were alike
anywhere, none had another file before its own. Held by `benchmarks/sound_library.py`."""

ALONE_CONFIDENCE = 0.95
"""Confidence in what codes alone show. Held by `benchmarks/sound_library.py`."""

ALONE_WRONG = 0.25
"""Share of wrong bits up to which codes alone make a claim: of strangers, the most alike have a third. Held by
`benchmarks/sound_library.py`."""

ALONE_SECONDS = 3.0
"""Seconds of codes that make a claim alone. Held by `benchmarks/sound_library.py`."""

ALONE_CONTRAST = 0.12
"""Share of bits by which a lag must be better than those beside it: hum and beats are alike at many lags. Held by
`benchmarks/sound_library.py`."""

# Copies at another speed or pitch

CHANGED_SOUND_LINES = (8, 0.25)
"""Candidates for each speed and pitch, fixed and for each minute of sound. Held by `benchmarks/sounds.py`."""

CHANGED_BESIDE = (-1.1, -0.6, 0.6, 1.1)
"""Seconds beside a line at which chance agrees as well as on it. Held by `benchmarks/sounds.py`."""

MOST_CHANGED = (24, 0.5)
"""Candidates that are looked at in the samples, fixed and for each minute of sound. Held by `benchmarks/sounds.py`."""

CHANGED_WINDOW = 512
"""Samples, 46 ms, that are compared at a time: about as long as the pieces by which programs change a tempo. Held by
`benchmarks/sounds.py`."""

CHANGED_LOOK = 44 * CHANGED_WINDOW
"""Samples of a look, two seconds: 44 windows. Held by `benchmarks/sounds.py`."""

CHANGED_REACH = 380
"""Samples, 34 ms, by which a piece may lie beside the line: programs move it by half its length. Held by
`benchmarks/sounds.py`."""

CHANGED_PITCHES = (0.99, 0.9934, 0.9967, 1.0, 1.0033, 1.0066, 1.01)
"""Factors by which the pitch of a candidate may be off. Held by `benchmarks/sounds.py`."""

CHANGED_RIVALS = (-1.1, 0.9, 2.3)
"""Seconds beside a line at which strangers are measured. Held by `benchmarks/sounds.py`."""

RIVAL_PITCHES = (0.955, 1.047)
"""Factors of the pitch at which strangers are measured. Held by `benchmarks/sounds.py`."""

LEAST_CHANGED = 0.35
"""Mean correlation from which a candidate is followed. Held by `benchmarks/sounds.py`."""

CHANGED_GIVEN_UP = 8.0
"""Sum of correlations that may speak against a run before it is not followed further: some two seconds. Held by
`benchmarks/sounds.py`."""

PURE_SPREAD = 3.0
"""Samples by which half of the windows of a copy that is played faster as a whole lie off its line at the most. Held by
`benchmarks/sounds.py`."""

CHANGED_WEIGHTS = (20.0, 6.0, 1.5, 2.0)
"""Log odds of a copy at another speed or pitch: for its correlation above 0.5, for its contrast above 0.45, for each
doubling of its seconds from two on, and where it is played faster as a whole. Held by `benchmarks/sounds.py`."""

SHORTEST_CHANGED = (1.4, 3.4)
"""Seconds that are heard of the shortest copy at another speed: played faster as a whole, and of changed tempo or pitch
alone, which music made of samples comes near to. Held by `benchmarks/sounds.py`."""

LEAST_SOUND_CHANGE = 0.012
"""Share by which speed or pitch must be another for a copy to be a changed one. Held by `benchmarks/sounds.py`."""

SAME_CHANGE = 0.012
"""Share by which two speeds or pitches may differ and be one reading of a copy. Held by `benchmarks/sounds.py`."""

LEAST_CHANGED_CONTRAST = 0.35
"""Contrast of a copy at another speed that is claimed at the least: a tone agrees with itself everywhere. Held by
`benchmarks/sounds.py`."""

MOST_OWN = 0.85
"""Correlation of its windows with the sound right beside them up to which a copy of changed tempo or pitch alone is
claimed: that of a tone is 1, of a synthetic tune 0.95, of other music up to 0.75. Held by `benchmarks/sounds.py`."""

PLAIN_AGREES = 0.5
"""Correlation over a second from which two showings agree as they are, so that no other speed is needed. Held by
`benchmarks/sounds.py`."""
