TestSonifyWatchdog : SonifyTest {
	var dog, lost, back;

	setUp {
		lost = List.new;
		back = List.new;
		dog = this.load("watchdog").({ |silence| lost.add(silence) }, { |silence| back.add(silence) });
	}

	test_nothing_is_missed_before_the_first_heartbeat {
		dog.look(1000);
		this.assertEquals(lost.size, 0, "no cry");
	}

	test_it_cries_when_a_heartbeat_stays_away {
		dog.beat(2, 100);
		dog.look(104);
		this.assertEquals(lost.size, 0, "1.5 x 2 s and one more are allowed");
		dog.look(104.1);
		this.assertEquals(lost.size, 1, "then it cries");
		this.assert(dog.isLost, "and knows it");
	}

	test_it_cries_again_every_30_seconds {
		dog.beat(2, 0);
		(1, 2 .. 70).do { |now| dog.look(now) };
		this.assertEquals(lost.asArray, [5, 35, 65], "times");
	}

	test_it_stops_when_the_bridge_is_back {
		dog.beat(2, 0);
		dog.look(5);
		dog.beat(2, 6);
		dog.look(7);
		this.assertEquals([lost.size, back.size, dog.isLost], [1, 1, false], "once lost, once back");
	}
}
