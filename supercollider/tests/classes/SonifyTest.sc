// What the tests of the engine's parts have in common. Tests run without a server: a stage that only writes down.

SonifyTest : UnitTest {
	classvar <>home;

	load { |name|
		^(home +/+ "lib" +/+ name ++ ".scd").load
	}

	instruments {
		^this.load("catalogue").(home +/+ "instruments.yaml")
	}

	messages {
		^this.load("messages").(this.instruments)
	}

	// Keeps what it is asked to do in `log`; numbers its nodes from 1.
	stage { |log|
		var node = 0;
		^(
			play: { |def, pairs, priority, delay|
				log.add([\play, def, pairs, delay]);
				node = node + 1
			},
			set: { |node, pairs, delay| log.add([\set, node, pairs, delay]) },
			limit: { |priority| (critical: 4, speech: 3, warning: 3, info: 2, ambience: 2)[priority] }
		)
	}

	silent {
		^{ |topic, text| nil }
	}

	reading { |name ... arguments|
		^this.messages.interpret(this.instruments[name], arguments)
	}
}
